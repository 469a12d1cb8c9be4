import type { Host } from '../../playbook/inventory.ts'
import type { SecretKind } from '../facts/secrets.ts'

/** The passwords that every node has a file of. */
export const PASSWORDS = ['superuser', 'replicator', 'rewinder'] as const

/** Under which name the store has what a node keeps. */
export function nameOf(kind: SecretKind, { name }: Pick<Host, 'name'>): string {
  if (kind === 'wireguard') return `wireguard.${name}`
  if (kind === 'cipher') return 'backup.cipher'
  if (kind === 'authority') return 'pgbackrest.authority'
  return `postgres.${kind}`
}

/** Of the password of a database's owner. */
export const ownerSecret = (database: string): string => `postgres.${database}`

/** As errors name them. */
export const WORDS: Readonly<Record<SecretKind, string>> = {
  superuser: 'superuser password',
  replicator: 'replication password',
  rewinder: 'rewind password',
  cipher: 'key of the repository',
  authority: "pgBackRest authority's certificate",
  wireguard: 'WireGuard key',
}

/** `a, b and c`. */
export const listed = (names: readonly string[]): string =>
  names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
