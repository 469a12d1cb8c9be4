import { createHash } from 'node:crypto'
import { type Secret, reveal } from '../core/secret.ts'

/**
 * A few digits by which a message can tell two values of a secret apart: 16 bits, so that they confirm no guess.
 *
 * @example
 * fingerprint(password) // 'sha256:ab12'
 */
export function fingerprint(secret: Secret): string {
  const hash = createHash('sha256')
    .update(`${secret.name}\0${reveal(secret)}`)
    .digest('hex')
  return `sha256:${hash.slice(0, 4)}`
}
