import { extname } from 'node:path'
import { UserError } from '../core/errors.ts'
import { scrub } from '../core/secret.ts'
import { jsonObject } from './json.ts'
import { createJunitDocument } from './junit-document.ts'
import type { Reporter } from './reporter.ts'
import { jsonLine } from './value.ts'
import { type TextFile, openGrowing, openReplaced } from './text-file.ts'
import { tidy } from './tidy.ts'

export interface ReportFileOptions {
  /** Ends in `.xml` (JUnit) or `.jsonl` (the lines of `--output json`). */
  readonly path: string
  readonly verbosity?: number | undefined
  readonly check?: boolean | undefined
  /** Told once, when the file can't be written any more. */
  readonly warn: (text: string) => void
}

/**
 * A report in a file, beside what the screen shows. After every event the file is whole and says what happened so far,
 * so that a run that is killed leaves a report too.
 *
 * @throws UserError E_USAGE for another ending, E_REPORT when the file can't be made
 * @example createReportFile({ path: 'report.xml', warn: console.warn })
 */
export function createReportFile(options: ReportFileOptions): Reporter {
  switch (extname(options.path).toLowerCase()) {
    case '.xml':
      return tidy(createJunitFile(options))
    case '.jsonl':
      return tidy(createLinesFile(options))
    default:
      throw new UserError('E_USAGE', `--report ${options.path}: a report ends in .xml or .jsonl`, {
        hint: '.xml is JUnit, .jsonl is the lines of --output json.',
      })
  }
}

function createJunitFile({ path, check, warn }: ReportFileOptions): Reporter {
  const document = createJunitDocument(check, true)
  const file = openReplaced(path, () => scrub(document.text()) + '\n', warn)
  return {
    handle: (event) => {
      document.see(event)
      if (event.type === 'recap') file.flush()
      else if (event.type !== 'host' && event.type !== 'task-start' && event.type !== 'notice') file.changed()
    },
    finish: () => Promise.resolve(file.flush()),
  }
}

function createLinesFile({ path, verbosity, warn }: ReportFileOptions): Reporter {
  const file: TextFile = openGrowing(path, warn)
  return {
    handle: (event) => {
      const object = jsonObject(event, verbosity)
      if (object !== undefined) file.append(scrub(jsonLine(object)) + '\n')
    },
    finish: () => Promise.resolve(file.close()),
  }
}
