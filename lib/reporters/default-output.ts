import type { Output, ReporterOptions } from './reporter.ts'

const NARROWEST = 40

/**
 * What was asked for, else progress where something can move, else plain. A live view needs a terminal even when it
 * is asked for, so that `--output progress` in a script that is later piped still gives a readable log.
 */
export function chooseOutput({ output, stdout, env, ci = false, verbosity = 0 }: ReporterOptions): Output {
  const canMove = stdout.isTTY === true && (stdout.columns ?? 0) >= NARROWEST && env['TERM'] !== 'dumb'
  if (output === 'progress') return canMove ? 'progress' : 'plain'
  // Frames (-vvv) are a log, not a picture.
  return output ?? (canMove && !isCi(env, ci) && verbosity < 3 ? 'progress' : 'plain')
}

/** What `CI` says counts; without it, what the caller knows of the machine. */
const isCi = ({ CI }: NodeJS.ProcessEnv, known: boolean): boolean =>
  CI === undefined ? known : CI !== '' && CI !== 'false' && CI !== '0'
