import { createHash } from 'node:crypto'
import type { Host } from '../../playbook/inventory.ts'
import type { SecretKind } from '../facts/secrets.ts'
import { OBJECT_STORE_SECRETS } from '../vars/object-store.ts'
import { POOLER_ROLE } from '../vars/pooler.ts'

/** The passwords that every node has a file of. */
export const PASSWORDS = ['superuser', 'replicator', 'rewinder', 'basebackup'] as const

/** The authority of the certificates that clients log in with. Its key is on no node. */
export const CLIENTS = 'clients'

/** The password of PgBouncer's role. */
export const POOLER_SECRET = `postgres.${POOLER_ROLE}`

const OWN: readonly string[] = PASSWORDS

/** Under which name the store has what a node keeps. */
export function nameOf(kind: SecretKind, { name }: Pick<Host, 'name'>): string {
  if (kind === 'wireguard') return `wireguard.${name}`
  if (kind === 'cipher' || kind === 'storeCipher') return 'backup.cipher'
  if (kind === 'storeAccess') return OBJECT_STORE_SECRETS.accessKey
  if (kind === 'storeSecret') return OBJECT_STORE_SECRETS.secretKey
  if (kind === 'authority') return 'pgbackrest.authority'
  if (kind === 'clients') return `${CLIENTS}.authority`
  return `postgres.${kind}`
}

/**
 * Of the password of a database's owner: `postgres.app`. A name that the store does not take, or that could be meant for another
 * database or for a password of the cluster, is told apart by a hash: `postgres.my-app.03f1c2d4`.
 */
export function ownerSecret(database: string): string {
  if (/^[a-z0-9]+(-[a-z0-9]+)*$/.test(database) && !OWN.includes(database)) return `postgres.${database}`
  const words = database.toLowerCase().match(/[a-z0-9]+/g) ?? ['database']
  return `postgres.${words.join('-')}.${createHash('sha256').update(database).digest('hex').slice(0, 8)}`
}

/** As errors name them. */
export const WORDS: Readonly<Record<SecretKind, string>> = {
  superuser: 'superuser password',
  replicator: 'replication password',
  rewinder: 'rewind password',
  basebackup: 'password of the role basebackup',
  cipher: 'key of the repository',
  authority: "pgBackRest authority's certificate",
  clients: "certificate of the clients' authority",
  storeAccess: 'access key of the object store',
  storeSecret: 'secret key of the object store',
  storeCipher: 'key of the repository in the object store',
  pooler: 'password of the role pooler',
  wireguard: 'WireGuard key',
}

/** `a, b and c`. */
export const listed = (names: readonly string[]): string =>
  names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
