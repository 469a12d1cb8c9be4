import type { Output, ReporterOptions } from './reporter.ts'

const NARROWEST = 40

/**
 * What was asked for, else progress where something can move, else plain. A live view needs a terminal even when it
 * is asked for, so that `--output progress` in a script that is later piped still gives a readable log.
 */
export function chooseOutput({ output, stdout, env, verbosity = 0 }: ReporterOptions): Output {
  const canMove = stdout.isTTY === true && (stdout.columns ?? 0) >= NARROWEST && env['TERM'] !== 'dumb'
  if (output === 'progress') return canMove ? 'progress' : 'plain'
  // Frames (-vvv) are a log, not a picture.
  return output ?? (canMove && !isCi(env) && verbosity < 3 ? 'progress' : 'plain')
}

const isCi = ({ CI }: NodeJS.ProcessEnv): boolean =>
  CI !== undefined && CI !== '' && CI !== 'false' && CI !== '0'
