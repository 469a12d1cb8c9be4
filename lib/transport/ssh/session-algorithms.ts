import { defaultOption } from './default-option.ts'

/** What ssh2 may use to protect a connection, best first. `undefined` leaves the choice to ssh2. */
export interface SessionAlgorithms {
  readonly kex?: readonly string[] | undefined
  readonly cipher?: readonly string[] | undefined
  readonly hmac?: readonly string[] | undefined
  /** Why ssh2 cannot do it: it has none of those that the config wants. */
  readonly openSshFor?: string | undefined
}

const GROUPS = ['group14-sha256', 'group16-sha512', 'group18-sha512', 'group-exchange-sha256']
const OLD_GROUPS = ['group-exchange-sha1', 'group14-sha1', 'group1-sha1']

/** The option of each kind, and what ssh2 has of it with every Node.js. */
const KINDS = {
  kex: {
    option: 'kexalgorithms',
    known: [
      ...['curve25519-sha256', 'curve25519-sha256@libssh.org'],
      ...['256', '384', '521'].map((bits) => `ecdh-sha2-nistp${bits}`),
      ...[...GROUPS, ...OLD_GROUPS].map((group) => `diffie-hellman-${group}`),
    ],
  },
  cipher: {
    option: 'ciphers',
    known: [
      ...['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'chacha20-poly1305@openssh.com'],
      ...['128', '192', '256'].flatMap((bits) => [`aes${bits}-ctr`, `aes${bits}-cbc`]),
    ],
  },
  hmac: {
    option: 'macs',
    known: ['256', '512']
      .map((bits) => `hmac-sha2-${bits}`)
      .concat('hmac-sha1')
      .flatMap((name) => [name, `${name}-etm@openssh.com`]),
  },
} as const

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
