import type { ErrorReport, HostUnreachable, TaskEnded } from '../core/events.ts'
import type { Palette } from './palette.ts'
import type { Memory } from './memory.ts'
import { isScript, taskPath } from './task-text.ts'
import { clean, cleanBlock, enumerate, indented } from './text.ts'

/** What the reader of a failure needs besides the event. */
export interface FailureContext {
  readonly palette: Palette
  readonly check: boolean
  /** What was changed on the host before, as far as the run got. */
  readonly changedBefore: readonly string[]
  /** A script of the user's own was among it. @default false */
  readonly ranScript?: boolean | undefined
}

/** The context of a failure on `host`. */
export function failureContext(memory: Memory, host: string, palette: Palette): FailureContext {
  const { check, changedOn, ranScriptOn } = memory
  return { palette, check, changedBefore: changedOn(host), ranScript: ranScriptOn(host) }
}

/** A failure in full: one line, then the evidence, then where to look and what to do. */
export function failureLines(event: TaskEnded, context: FailureContext): string[] {
  const error = event.error ?? { code: 'E_FAILED', message: 'the task failed without a message' }
  const printed = event.show === true ? [event.stdout ?? '', event.stderr ?? ''].map(cleanBlock) : []
  const output = printed.filter((part) => part !== '').join('\n') || error.output
  return [
    ...headLines(`${clean(event.host)} › ${taskPath(event)}`, { ...error, output }, context.palette),
    ...(event.at === '' ? [] : [`  Declared at ${clean(event.at)}`]),
    ...changedLines(context, isScript(event) && error.command !== undefined),
    ...footLines(error, context.palette),
  ]
}

/** A host that could not be reached, or was lost on the way. */
export function unreachableLines(event: HostUnreachable, context: FailureContext): string[] {
  const changed = context.changedBefore.length > 0 ? changedLines(context, false) : []
  return [
    ...headLines(`${clean(event.host)} is unreachable`, event.error, context.palette),
    ...changed,
    ...footLines(event.error, context.palette),
  ]
}

function headLines(title: string, error: ErrorReport, palette: Palette): string[] {
  const message = cleanBlock(error.message)
  const command = error.command === undefined ? '' : `$ ${cleanBlock(error.command)}`
  const saysExitCode = error.exitCode === undefined || message.includes(String(error.exitCode))
  return [
    palette.red(palette.bold(`✖ ${title}`)),
    ...indented(message, '  '),
    ...indented(command, '    ').map(palette.bold),
    ...indented(cleanBlock(error.output ?? ''), '    '),
    ...(saysExitCode ? [] : [`  It ended with exit code ${error.exitCode}.`]),
  ]
}

/** @param scriptFailed a script of the user's own failed halfway */
function changedLines({ changedBefore, check, ranScript }: FailureContext, scriptFailed: boolean): string[] {
  if (check) return []
  const before =
    changedBefore.length === 0
      ? 'Nothing was changed before this.'
      : `Changed before this: ${enumerate(changedBefore)}.`
  if (scriptFailed)
    return [
      `  ${before} It is not known what the script itself changed: check this before you run the playbook again.`,
    ]
  return [ranScript === true ? `  ${before}` : `  ${before} It is safe to run the playbook again.`]
}

function footLines({ hint, code }: ErrorReport, palette: Palette): string[] {
  return [...indented(cleanBlock(hint ?? ''), '  '), `  ${palette.dim(clean(code))}`]
}
