import { createHash } from 'node:crypto'
import { type KeyLine, fieldsOf } from '../authorized-key/key.ts'

/** What is known of a key by its public part. */
export interface SshKey {
  /** As in `.pub`: type, key and comment. */
  readonly publicKey: string
  /** `SHA256:…`, as ssh-keygen prints it. */
  readonly fingerprint: string
  /** `rsa`, `ecdsa`, `ed25519`, or another one that ssh-keygen knows. */
  readonly type: string
  /** Bits. */
  readonly size: number
  /** What stands behind the key; empty where there is nothing. */
  readonly comment: string
}

export function describeKey({ type, blob, comment }: KeyLine): SshKey {
  const digest = createHash('sha256').update(Buffer.from(blob, 'base64')).digest('base64')
  return {
    publicKey: textOf(type, blob, comment),
    fingerprint: `SHA256:${digest.replace(/=+$/, '')}`,
    type: nameOf(type),
    size: sizeOf(type, blob),
    comment,
  }
}

export const textOf = (type: string, blob: string, comment: string): string =>
  comment === '' ? `${type} ${blob}` : `${type} ${blob} ${comment}`

// `sk-ssh-ed25519@openssh.com` is ed25519-sk, `ecdsa-sha2-nistp256` is ecdsa, `ssh-dss` is dsa.
function nameOf(type: string): string {
  const name = type.replace(/@.*$/, '').replace(/-sha2-.*$/, '')
  const plain = name.replace(/^sk-/, '').replace(/^ssh-/, '').replace(/^dss$/, 'dsa')
  return name.startsWith('sk-') ? `${plain}-sk` : plain
}

function sizeOf(type: string, blob: string): number {
  const fields = fieldsOf(blob) ?? []
  if (type === 'ssh-rsa') return bitsOf(fields[2])
  if (type === 'ssh-dss') return bitsOf(fields[1])
  const curve = /^(?:sk-)?ecdsa-sha2-nistp(\d{3})\b/.exec(type)?.[1]
  return curve === undefined ? 256 : Number(curve)
}

/** Of a number that is written with the highest byte first. */
function bitsOf(number: Buffer = Buffer.alloc(0)): number {
  const at = number.findIndex((byte) => byte !== 0)
  return at < 0 ? 0 : (number.length - at - 1) * 8 + (32 - Math.clz32(number[at] ?? 0))
}
