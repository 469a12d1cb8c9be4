import { UserError } from '../../../core/errors.ts'
import type { Reply } from '../../../core/probe.ts'

/** What a host printed, by the word that each line begins with. */
export interface Lines {
  /** The rest of the lines that begin with the word, in order. */
  all(word: string): readonly string[]
  /** The rest of the first line that begins with the word; empty where there is none. */
  first(word: string): string
}

/** A fact that is larger than this is none: the host is broken, or it lies. */
const MOST_LINES = 100_000
const LONGEST_LINE = 16 * 1024

/** @throws UserError E_BAD_FACT for an answer that is no answer */
export function linesOf(fact: string, { code, stdout, stderr }: Reply): Lines {
  const found = new Map<string, string[]>()
  const lines = stdout.toString().split('\n')
  if (code !== 0) throw badFact(fact, stderr.toString().trim().slice(-1000) || `exit code ${code}`)
  if (lines.length > MOST_LINES) throw badFact(fact, `the answer has more than ${MOST_LINES} lines`)
  for (const line of lines) {
    const [, word = '', rest = ''] = /^([a-z0-9]+) ?(.*)$/s.exec(line.slice(0, LONGEST_LINE)) ?? []
    const known = found.get(word)
    if (known === undefined) found.set(word, [rest])
    else known.push(rest)
  }
  const all = (word: string): readonly string[] => found.get(word) ?? []
  return { all, first: (word) => all(word)[0] ?? '' }
}

/** The host's answer makes no sense. */
export const badFact = (fact: string, why: string): UserError =>
  new UserError('E_BAD_FACT', `the fact ${fact} could not be read: ${why}`)

/** What the pattern finds in each line; lines that it does not match are left out. */
export function matching<Found>(
  lines: readonly string[],
  pattern: RegExp,
  view: (groups: readonly string[]) => Found | undefined,
): Found[] {
  return lines.flatMap((line) => {
    const match = pattern.exec(line)
    const found = match === null ? undefined : view(match.map((group) => group ?? ''))
    return found === undefined ? [] : [found]
  })
}
