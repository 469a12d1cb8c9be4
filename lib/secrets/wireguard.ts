import { createPrivateKey, createPublicKey, randomBytes } from 'node:crypto'
import type { Secret } from '../core/secret.ts'

/** A key pair for a WireGuard interface, in base64 as `wg` prints them. */
export interface WireguardKey {
  readonly privateKey: Secret
  /** For the peers; not a secret. */
  readonly publicKey: string
}

/** What precedes the 32 bytes of an X25519 key in PKCS #8 (RFC 8410). */
const PKCS8_X25519 = Buffer.from('302e020100300506032b656e04220420', 'hex')

/**
 * A private key as `wg genkey` prints it. Clamped like there: the kernel clamps what it is given, and `wg show` would
 * ever after answer with another key than the one that is wanted.
 */
export function wireguardPrivateKey(): string {
  const key = randomBytes(32)
  key[0]! &= 0b1111_1000
  key[31]! = (key[31]! & 0b0111_1111) | 0b0100_0000
  return key.toString('base64')
}

/** What `wg pubkey` makes of a private key, or `undefined` when it is none (32 bytes in base64). */
export function wireguardPublicKey(privateKey: string): string | undefined {
  const raw = Buffer.from(privateKey, 'base64')
  if (raw.length !== 32 || raw.toString('base64') !== privateKey) return undefined
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_X25519, raw]), format: 'der', type: 'pkcs8' })
  const { x } = createPublicKey(key).export({ format: 'jwk' })
  return Buffer.from(x!, 'base64url').toString('base64')
}
