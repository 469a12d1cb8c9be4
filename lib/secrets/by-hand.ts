import { createHash } from 'node:crypto'
import { type Secret, reveal } from '../core/secret.ts'
import type { Vault } from './vault.ts'

const markOf = (name: string, value: Secret): string =>
  createHash('sha256')
    .update(`${name}\0${reveal(value)}`)
    .digest('base64url')

/** Whether a user has set the value that a secret has now. Of stores that an earlier version wrote, nobody knows. */
export function isByHand({ secrets, byHand }: Vault, name: string): boolean {
  const value = secrets.get(name)
  return value !== undefined && byHand.has(markOf(name, value))
}

/** The marks of a store that get `set` too; those of values that are forgotten go. */
export function marksOf(
  { secrets, previous, byHand }: Pick<Vault, 'secrets' | 'previous' | 'byHand'>,
  set: ReadonlyMap<string, Secret>,
): ReadonlySet<string> {
  const marks = new Set([...byHand, ...[...set].map(([name, value]) => markOf(name, value))])
  const kept = [
    ...secrets,
    ...[...previous].flatMap(([name, values]) => values.map((one) => [name, one] as const)),
  ]
  return new Set(kept.map(([name, value]) => markOf(name, value)).filter((mark) => marks.has(mark)))
}
