import { OUTPUTS, type Output } from '../reporters/reporter.ts'

/** Where the outcome goes. */
export interface WantedOutput {
  readonly output?: Output | undefined
  /** Files of `--report`. */
  readonly reports: readonly string[]
}

/**
 * Reads from a command line where its outcome goes, before anything else of it is understood: a program that reads the
 * output wants to hear of a misspelled argument too.
 */
export function wantedOutput(argv: readonly string[]): WantedOutput {
  const end = argv.indexOf('--')
  const own = end < 0 ? argv : argv.slice(0, end)
  const valuesOf = (name: string): string[] =>
    own.flatMap((arg, i) => {
      if (arg === name) return own[i + 1] === undefined ? [] : [own[i + 1] as string]
      return arg.startsWith(`${name}=`) ? [arg.slice(name.length + 1)] : []
    })
  const wanted = valuesOf('--output').at(-1)
  return { output: OUTPUTS.find((output) => output === wanted), reports: valuesOf('--report') }
}
