import { defaultOption } from './default-option.ts'

/** What ssh2 may use to protect a connection, best first. `undefined` leaves the choice to ssh2. */
export interface SessionAlgorithms {
  readonly kex?: readonly string[] | undefined
  readonly cipher?: readonly string[] | undefined
  readonly hmac?: readonly string[] | undefined
  /** Why ssh2 cannot do it: it has none of those that the config wants. */
  readonly openSshFor?: string | undefined
}

/** The option of each kind, and what ssh2 has of it with every Node.js. */
const KINDS: Readonly<Record<string, { option: string; known: readonly string[] }>> = {
  kex: {
    option: 'kexalgorithms',
    known: [
      'curve25519-sha256',
      'curve25519-sha256@libssh.org',
      'ecdh-sha2-nistp256',
      'ecdh-sha2-nistp384',
      'ecdh-sha2-nistp521',
      'diffie-hellman-group14-sha256',
      'diffie-hellman-group16-sha512',
      'diffie-hellman-group18-sha512',
      'diffie-hellman-group-exchange-sha256',
      'diffie-hellman-group-exchange-sha1',
      'diffie-hellman-group14-sha1',
      'diffie-hellman-group1-sha1',
    ],
  },
  cipher: {
    option: 'ciphers',
    known: [
      'aes128-gcm@openssh.com',
      'aes256-gcm@openssh.com',
      'chacha20-poly1305@openssh.com',
      'aes128-ctr',
      'aes192-ctr',
      'aes256-ctr',
      'aes128-cbc',
      'aes192-cbc',
      'aes256-cbc',
    ],
  },
  hmac: {
    option: 'macs',
    known: [
      'hmac-sha2-256-etm@openssh.com',
      'hmac-sha2-512-etm@openssh.com',
      'hmac-sha1-etm@openssh.com',
      'hmac-sha2-256',
      'hmac-sha2-512',
      'hmac-sha1',
    ],
  },
}

/** KexAlgorithms, Ciphers and MACs of a config. One that is ssh's default says nothing: ssh2's own order is faster. */
export async function sessionAlgorithms(
  get: (name: string) => string | undefined,
): Promise<SessionAlgorithms> {
  const found: Record<string, string[]> = {}
  for (const [kind, { option, known }] of Object.entries(KINDS)) {
    const value = get(option)
    if (value === undefined || value === (await defaultOption(option))) continue
    const usable = value.split(',').filter((name) => known.includes(name))
    if (usable.length === 0) return { openSshFor: `the ssh config says ${option} ${value}` }
    found[kind] = usable
  }
  return found
}
