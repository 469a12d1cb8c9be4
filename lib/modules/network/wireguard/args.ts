import { z } from 'zod'
import { secretValue } from '../../../core/schemas.ts'
import { type Secret, reveal } from '../../../core/secret.ts'
import { wireguardPublicKey } from '../../../secrets/wireguard.ts'
import { network } from './subnet.ts'

export interface WireguardArgs {
  /** @example 'wg0' */
  readonly interface: string
  /** @default 'up' */
  readonly state?: 'up' | 'absent' | undefined
  /** As `wg genkey` prints it. */
  readonly privateKey: Secret
  /** Own address with the length of the network. @example '10.88.0.11/24' */
  readonly address: string
  /** UDP port. @default 51820 */
  readonly listenPort?: number | undefined
  /** All of them: peers that are not listed are removed. */
  readonly peers: readonly WireguardPeer[]
  /** Bytes. @default what wg-quick makes of the route to the peers, mostly 1420 */
  readonly mtu?: number | undefined
  /** Units that start after the interface at boot, such as those that listen on its address. @example ['docker.service'] */
  readonly before?: readonly string[] | undefined
}

export interface WireguardPeer {
  readonly publicKey: string
  /** Where to reach it. Left out for a peer that always calls first. @example '192.0.2.12:51820' */
  readonly endpoint?: string | undefined
  /** Networks behind it, and the only ones it may send from. @example ['10.88.0.12/32'] */
  readonly allowedIps: readonly string[]
  /** As `wg genpsk` prints it. */
  readonly presharedKey?: Secret | undefined
  /** Seconds between packets that keep a NAT's mapping open. @default off */
  readonly persistentKeepalive?: number | undefined
}

/** An interface that should not be there. What else is given does not count. */
export interface AbsentWireguard {
  readonly interface: string
  readonly state: 'absent'
}

const publicKey = z
  .string()
  .regex(/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/, 'must be a WireGuard key, 32 bytes in base64')

const isKey = (secret: Secret): boolean => wireguardPublicKey(reveal(secret)) !== undefined
const secretKey = secretValue.refine(isKey, 'must be a WireGuard key, 32 bytes in base64')

const port = z.int().min(1).max(65535)

const peer = z.strictObject({
  publicKey,
  endpoint: z
    .string()
    .regex(/^(\[[\da-f:]+\]|[\w.-]+):\d+$/i, "must look like '192.0.2.12:51820'")
    .optional(),
  allowedIps: z.array(
    z
      .string()
      .refine((text) => network(text) === text, { error: ({ input }) => wrongNetwork(String(input)) }),
  ),
  presharedKey: secretKey.optional(),
  persistentKeepalive: z.int().min(0).max(65535).optional(),
})

function wrongNetwork(text: string): string {
  const right = network(text)
  return right === undefined ? "must be a network such as '10.88.0.12/32'" : `must be written ${right}`
}

const interfaceName = z
  .string()
  .regex(/^[A-Za-z0-9_=+.-]{1,15}$/, 'must be the name of an interface, up to 15 characters')

const anyInterface = z
  .strictObject({
    interface: interfaceName,
    state: z.enum(['up', 'absent']).optional(),
    privateKey: secretKey.optional(),
    address: z
      .string()
      .refine((text) => network(text) !== undefined, "must be an address such as '10.88.0.11/24'")
      .optional(),
    listenPort: port.optional(),
    peers: z.array(peer).optional(),
    mtu: z.int().min(576).max(65535).optional(),
    before: z
      .array(z.string().regex(/^[\w@:.\\-]+\.\w+$/, "must be a unit such as 'docker.service'"))
      .optional(),
  })
  .check(({ value, issues }) => {
    if (value.state === 'absent') return
    for (const path of (['privateKey', 'address', 'peers'] as const).filter(
      (key) => value[key] === undefined,
    )) {
      issues.push({ code: 'custom', input: value, path: [path], message: 'is missing' })
    }
  })

// One object with a check, because the messages of a union don't name the argument.
export const wireguardArgs = anyInterface as unknown as z.ZodType<WireguardArgs | AbsentWireguard>
