import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto'
import { saslprep } from './saslprep.ts'

/**
 * What PostgreSQL keeps of a password: `SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey` (RFC 5802, RFC 7677).
 * Made here, the password itself never travels to the server and can't get into its log.
 */
export function scramVerifier(password: string, salt = randomBytes(16), iterations = 4096): string {
  const salted = pbkdf2Sync(saslprep(password), salt, iterations, 32, 'sha256')
  const stored = createHash('sha256').update(hmac(salted, 'Client Key')).digest('base64')
  const server = hmac(salted, 'Server Key').toString('base64')
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${stored}:${server}`
}

/** Whether a stored verifier is one of this password. */
export function isVerifierOf(verifier: string, password: string): boolean {
  const [, iterations, salt] = /^SCRAM-SHA-256\$(\d{1,7}):([A-Za-z0-9+/=]+)\$/.exec(verifier) ?? []
  if (iterations === undefined || salt === undefined) return false
  const own = scramVerifier(password, Buffer.from(salt, 'base64'), Number(iterations))
  return own.length === verifier.length && timingSafeEqual(Buffer.from(own), Buffer.from(verifier))
}

const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()
