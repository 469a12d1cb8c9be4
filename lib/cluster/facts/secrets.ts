import { WIREGUARD_MARKER } from '../../modules/network/wireguard/reader.ts'
import { sh } from '../../core/sh.ts'
import { SECRETS } from '../places.ts'

/** Files of {@link SECRETS}, by what they hold. */
export const SECRET_FILES = {
  superuser: 'postgres_password',
  replicator: 'replication_password',
  rewinder: 'rewind_password',
  basebackup: 'basebackup_password',
  cipher: 'pgbackrest_cipher',
  authority: 'pgbackrest_ca.crt',
  // Not a secret, and PostgreSQL reads it: beside its configuration.
  clients: '../postgres/clients.pem',
  pooler: '../pgbouncer/conf/password',
  storeAccess: 'object_store_access_key',
  storeSecret: 'object_store_secret_key',
  storeCipher: 'object_store_cipher',
} as const

/** What a node keeps: the files above, and the private key of its WireGuard interface. */
export type SecretKind = keyof typeof SECRET_FILES | 'wireguard'

/** Which secrets lie on a node. */
export interface SecretsFact {
  /** SHA-256 of each, without a line break at its end. The secrets themselves stay on the node. */
  readonly fingerprints: Readonly<Partial<Record<SecretKind, string>>>
}

/** POSIX sh: prints the private key of the WireGuard interface that run-playbook has made; nothing where there is none. */
export const wireguardKeyScript = (folder: string): string => sh`
  for f in ${folder}/*.conf; do
    if [ "$(head -n 1 "$f" 2>/dev/null)" = ${WIREGUARD_MARKER} ]; then
      sed -n 's/^PrivateKey = //p' "$f" | head -n 1
      break
    fi
  done`

// printf is part of the shell: what it is given shows in no process list.
export const secretsScript = (secrets = SECRETS, wireguard = '/etc/wireguard'): string => `
  fingerprint() { if [ -n "$2" ]; then echo "secret:$1 $(printf %s "$2" | sha256sum | cut -d ' ' -f 1)"; fi; }
  ${Object.entries(SECRET_FILES)
    .map(([kind, file]) => sh`fingerprint ${kind} "$(cat ${`${secrets}/${file}`} 2>/dev/null)"`)
    .join('\n  ')}
  fingerprint wireguard "$(${wireguardKeyScript(wireguard)})"`

const KINDS: readonly SecretKind[] = [...(Object.keys(SECRET_FILES) as SecretKind[]), 'wireguard']

/** @param found what the script printed, by the first word of each line */
export const parseSecrets = (found: ReadonlyMap<string, string>): SecretsFact => ({
  fingerprints: Object.fromEntries(
    KINDS.flatMap((kind) => {
      const hash = found.get(`secret:${kind}`)
      return hash !== undefined && /^[0-9a-f]{64}$/.test(hash) ? [[kind, hash]] : []
    }),
  ),
})
