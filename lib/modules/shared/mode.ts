import * as z from '../../core/lazy-zod.ts'
import type { Stat } from './stat.ts'

const WITH_WHO = '[ugoa]+(?:[-+=](?:[rwxXst]*|[ugo]))+'
const WITHOUT_WHO = '(?:[-+=][rwxXst]*)+'
const CLAUSE = `(?:${WITH_WHO}|${WITHOUT_WHO})`

/** Permissions as four octal digits, or in the symbols of chmod. */
export const modeArg = z
  .string()
  .regex(
    new RegExp(`^(?:[0-7]{4}|${CLAUSE}(?:,${CLAUSE})*)$`),
    "must be four octal digits in quotes, such as '0644', or symbols, such as 'u=rw,g=r' or 'a+X'",
  )

const WHO = {
  u: { shift: 6, special: 0o4000, letter: 's' },
  g: { shift: 3, special: 0o2000, letter: 's' },
  o: { shift: 0, special: 0o1000, letter: 't' },
} as const
type Who = keyof typeof WHO

/**
 * What becomes of the mode of something. Clauses without u, g, o or a work as chmod does with umask 022, whatever the host has.
 *
 * @param mode as {@link modeArg}
 * @param has what it has, or what a new one gets
 */
export function changedMode(mode: string, has: Pick<Stat, 'type' | 'mode'>): string {
  if (/^[0-7]/.test(mode)) return mode
  let bits = Number.parseInt(has.mode ?? '0000', 8)
  for (const { whos, operator, permissions } of actionsOf(explicitMode(mode))) {
    const runs = has.type === 'directory' || (bits & 0o111) !== 0
    const before = bits
    for (const who of whos) {
      const { shift, special } = WHO[who]
      const value = valueOf(who, permissions, { bits: before, runs })
      if (operator === '-') bits &= ~value
      else bits = (operator === '=' ? bits & ~((7 << shift) | special) : bits) | value
    }
  }
  return bits.toString(8).padStart(4, '0')
}

interface Action {
  readonly whos: readonly Who[]
  readonly operator: string
  readonly permissions: string
}

/** One by one: `u+r-w` is two. */
function actionsOf(mode: string): Action[] {
  return mode.split(',').flatMap((clause) => {
    const [, named = '', rest = ''] = /^([ugoa]+)(.*)$/.exec(clause) ?? []
    const whos = (['u', 'g', 'o'] as const).filter((who) => named.includes(who) || named.includes('a'))
    return [...rest.matchAll(/([-+=])([^-+=]*)/g)].map(([, operator = '', permissions = '']) => ({
      whos,
      operator,
      permissions,
    }))
  })
}

function valueOf(who: Who, permissions: string, { bits, runs }: { bits: number; runs: boolean }): number {
  const { shift, special, letter } = WHO[who]
  const has = (one: string): boolean => permissions.includes(one)
  if (permissions === 'u' || permissions === 'g' || permissions === 'o')
    return ((bits >> WHO[permissions].shift) & 7) << shift
  const x = has('x') || (runs && has('X'))
  return (((has('r') ? 4 : 0) + (has('w') ? 2 : 0) + (x ? 1 : 0)) << shift) | (has(letter) ? special : 0)
}

// Each clause says for whom it is.
const explicitMode = (mode: string): string =>
  mode
    .split(',')
    .map((clause) => (/^[-+=]/.test(clause) ? `u${clause},go${clause.replaceAll('w', '')}` : clause))
    .join(',')
