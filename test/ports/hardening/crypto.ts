import type { InstalledPackage } from 'run-playbook'

const KEX = ['curve25519-sha256@libssh.org', 'diffie-hellman-group-exchange-sha256']

/** The algorithms that an OpenSSH offers at best, the newest rule first. */
const RULES = [
  { since: 8.5, kex: ['sntrup761x25519-sha512@openssh.com', ...KEX] },
  { since: 8.0, kex: ['sntrup4591761x25519-sha512@tinyssh.org', ...KEX] },
  { since: 6.6, kex: KEX },
] as const

export const CIPHERS = [
  'chacha20-poly1305@openssh.com',
  'aes256-gcm@openssh.com',
  'aes128-gcm@openssh.com',
  'aes256-ctr',
  'aes192-ctr',
  'aes128-ctr',
]

export const MACS = [
  'hmac-sha2-512-etm@openssh.com',
  'hmac-sha2-256-etm@openssh.com',
  'umac-128-etm@openssh.com',
  'hmac-sha2-512',
  'hmac-sha2-256',
]

/** Of the OpenSSH that is installed; one that the role is about to install is new enough for all rules. */
export function keyExchanges(packages: readonly InstalledPackage[]): readonly string[] {
  const text = packages.find(({ name }) => name === 'openssh-server')?.version
  const version = text === undefined ? Infinity : Number(/^(?:\d+:)?(\d+\.\d+)/.exec(text)?.[1] ?? Infinity)
  return RULES.find(({ since }) => version >= since)?.kex ?? KEX
}
