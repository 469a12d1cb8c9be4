import { UserError } from '../core/errors.ts'
import { chooseOutput } from './default-output.ts'
import { deferred } from './deferred.ts'
import { createJsonReporter } from './json.ts'
import { createJunitReporter } from './junit.ts'
import { type Palette, type Palettes, chalkPalette, noColour, wantsColour } from './palette.ts'
import { createPlainReporter } from './plain.ts'
import { OUTPUTS, type Reporter, type ReporterOptions, type Terminal } from './reporter.ts'
import { tidy } from './tidy.ts'

/**
 * The reporter for a run. What is not needed is not loaded: a pipe never pays for listr2 or chalk.
 *
 * @throws UserError for an output that doesn't exist
 * @example
 * const reporter = createReporter({ stdout: process.stdout, stderr: process.stderr, env: process.env })
 * for await (const event of run) reporter.handle(event)
 * await reporter.finish()
 */
export function createReporter(options: ReporterOptions): Reporter {
  return tidy(reporterFor(options))
}

function reporterFor(options: ReporterOptions): Reporter {
  const output = chooseOutput(options)
  switch (output) {
    case 'json':
      return createJsonReporter(options)
    case 'plain':
      return createPlain(options)
    case 'junit':
      return createJunitReporter(options)
    case 'progress':
      return deferred(options.watch === undefined ? createProgress(options) : createWatch(options))
    default: {
      const message = `there is no output ${JSON.stringify(output satisfies never)}`
      throw new UserError('E_UNKNOWN_OUTPUT', message, { hint: `Use one of ${OUTPUTS.join(', ')}.` })
    }
  }
}

function createPlain(options: ReporterOptions): Reporter {
  if (!wantsColour(options.stdout, options.env) && !wantsColour(options.stderr, options.env))
    return createPlainReporter(options)
  return deferred(loadPalettes(options).then((palettes) => createPlainReporter(options, palettes)))
}

async function createProgress(options: ReporterOptions): Promise<Reporter> {
  const { createProgressReporter } = await import('./progress.ts')
  return createProgressReporter(options, await loadPalettes(options))
}

async function createWatch(options: ReporterOptions): Promise<Reporter> {
  const { createWatchReporter } = await import('./watch.ts')
  return createWatchReporter(options, await loadPalettes(options))
}

async function loadPalettes({ stdout, stderr, env }: ReporterOptions): Promise<Palettes> {
  const paletteOf = (stream: Terminal): Promise<Palette> | Palette =>
    wantsColour(stream, env) ? chalkPalette() : noColour
  return { stdout: await paletteOf(stdout), stderr: await paletteOf(stderr) }
}
