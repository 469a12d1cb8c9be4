import { randomInt } from 'node:crypto'
import { UserError } from '../core/errors.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/**
 * A random password of letters and digits alone, so that it needs no quoting in a connection string, in a URL, in
 * `.pgpass` or in a shell: quoting forgotten in one of them would show up years later, in one password of a hundred.
 *
 * @param length in characters of 5.95 bits each, at least 16
 * @throws UserError E_BAD_ARGUMENT when that is too short to be worth anything
 */
export function randomPassword(length: number): string {
  if (!Number.isInteger(length) || length < 16 || length > 1024) {
    throw new UserError('E_BAD_ARGUMENT', `a password of ${length} characters: it must have 16 to 1024`)
  }
  return Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
}
