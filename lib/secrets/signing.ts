import { type KeyObject, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'

/** A key pair that signs what a host then checks without a secret. */
export interface SigningKey {
  /** What hosts check with, in PEM; not a secret. */
  readonly publicKey: string
  /**
   * Signatures in base64: by this key, then by those that it has replaced. A host that was away while the key was rotated still has an
   * earlier one. The same text has the same signatures each time.
   */
  sign(text: string): readonly string[]
}

/** An Ed25519 key in PEM (PKCS #8). */
export const signingPrivateKey = (): string => pem(generateKeyPairSync('ed25519').privateKey)

/** The public half in PEM, or `undefined` for what is no Ed25519 key. */
export function signingPublicKey(privateKey: string): string | undefined {
  const key = parse(privateKey)
  return key && createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString()
}

/** In base64, or `undefined` for what is no Ed25519 key. */
export function signature(text: string, privateKey: string): string | undefined {
  const key = parse(privateKey)
  return key && sign(null, Buffer.from(text), key).toString('base64')
}

const pem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString()

function parse(text: string): KeyObject | undefined {
  try {
    const key = createPrivateKey(text)
    return key.asymmetricKeyType === 'ed25519' ? key : undefined
  } catch {
    return undefined
  }
}
