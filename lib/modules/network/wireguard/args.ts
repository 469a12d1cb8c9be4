import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'
import { secretValue } from '../../../core/schemas.ts'
import { type Secret, reveal } from '../../../core/secret.ts'
import { wireguardPublicKey } from '../../../secrets/wireguard.ts'
import { network } from './subnet.ts'

const publicKey = z
  .string()
  .regex(/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/, 'must be a WireGuard key, 32 bytes in base64')

const isKey = (secret: Secret): boolean => wireguardPublicKey(reveal(secret)) !== undefined
const secretKey = secretValue.refine(isKey, 'must be a WireGuard key, 32 bytes in base64')

const port = z.int().min(1).max(65535)

const peerShape = {
  /** Public key of the peer, as printed by `wg pubkey`. */
  publicKey,
  /** Address and port of the peer. @default none, for a peer that always connects first @example '192.0.2.12:51820' */
  endpoint: z
    .string()
    .regex(/^(\[[\da-f:]+\]|[\w.-]+):\d+$/i, "must look like '192.0.2.12:51820'")
    .optional(),
  /** Networks that are routed to the peer, and from which it may send. @example ['10.88.0.12/32'] */
  allowedIps: z
    .array(
      z
        .string()
        .refine((text) => network(text) === text, { error: ({ input }) => wrongNetwork(String(input)) }),
    )
    .readonly(),
  /** Preshared key, as printed by `wg genpsk`. @default none */
  presharedKey: secretKey.optional(),
  /** Interval in seconds of packets that keep a NAT mapping open. @default off */
  persistentKeepalive: z.int().min(0).max(65535).optional(),
}

export interface WireguardPeer extends ArgsOf<typeof peerShape> {}

const peer: z.ZodType<WireguardPeer, WireguardPeer> = z.strictObject(peerShape)

function wrongNetwork(text: string): string {
  const right = network(text)
  return right === undefined ? "must be a network such as '10.88.0.12/32'" : `must be written ${right}`
}

const interfaceName = z
  .string()
  .regex(/^[A-Za-z0-9_=+.-]{1,15}$/, 'must be the name of an interface, up to 15 characters')

const shape = {
  /** The interface's name. @example 'wg0' */
  interface: interfaceName,
  /** `absent` takes the interface down and removes its configuration; all other arguments are ignored. @default 'up' */
  state: z.enum(['up', 'absent']).optional(),
  /** Private key, as printed by `wg genkey`. Required unless `state` is `absent`. */
  privateKey: secretKey.optional(),
  /** Address of the interface, with prefix length. Required unless `state` is `absent`. @example '10.88.0.11/24' */
  address: z
    .string()
    .refine((text) => network(text) !== undefined, "must be an address such as '10.88.0.11/24'")
    .optional(),
  /** UDP port. @default 51820 */
  listenPort: port.optional(),
  /** All peers. Peers that are not listed are removed. Required unless `state` is `absent`. */
  peers: z.array(peer).readonly().optional(),
  /** MTU of the interface, in bytes. @default chosen by wg-quick from the route to the peers, usually 1420 */
  mtu: z.int().min(576).max(65535).optional(),
  /**
   * systemd units that must start after the interface at boot, such as services that listen on its address.
   *
   * @default none
   * @example ['docker.service']
   */
  before: z
    .array(z.string().regex(/^[\w@:.\\-]+\.\w+$/, "must be a unit such as 'docker.service'"))
    .readonly()
    .optional(),
}

export interface WireguardArgs extends ArgsOf<typeof shape> {}

/** An interface that should be up. */
export interface UpInterface extends WireguardArgs {
  readonly privateKey: Secret
  readonly address: string
  readonly peers: readonly WireguardPeer[]
}

const NEEDED = ['privateKey', 'address', 'peers'] as const

// One object with a check, because the messages of a union don't name the argument.
export const wireguardArgs = z.strictObject(shape).check(({ value, issues }) => {
  if (value.state === 'absent') return
  for (const path of NEEDED.filter((key) => value[key] === undefined)) {
    issues.push({ code: 'custom', input: value, path: [path], message: 'is missing' })
  }
})

/** The arguments of an interface that should be up; undefined for one that should not be there. */
export function upInterface(args: WireguardArgs): UpInterface | undefined {
  const { privateKey, address, peers } = args
  if (args.state === 'absent' || privateKey === undefined || address === undefined || peers === undefined)
    return undefined
  return { ...args, privateKey, address, peers }
}
