import { z } from 'zod'
import { type Secret, isSecret } from './secret.ts'

/**
 * An absolute path on a host as it is written, with the slash that it may end in. A newline would break the line-wise
 * tools that answer about many paths at once.
 */
export const writtenPath = z
  .string()
  .regex(/^\/[^\0\n\r]*$/, 'must be an absolute path without line breaks')
  .refine((path) => !/\/\.\.?(\/|$)/.test(path), 'must not contain /./ or /../')

/** One spelling for a path, because what a task touches and what a probe sees are compared as text. */
export const normalPath = (path: string): string => path.replace(/\/+/g, '/').replace(/(.)\/$/, '$1')

/** An absolute path on a host, in its one spelling. */
export const absolutePath = writtenPath.transform(normalPath)

/** Permissions as four octal digits. A string, because a bare 644 in code is a decimal number. */
export const fileMode = z.string().regex(/^[0-7]{4}$/, "must be four octal digits in quotes, such as '0644'")

/**
 * For the vars of a role: a `Secret`, never a bare string.
 *
 * @example
 * z.strictObject({ password: secretValue })
 */
export const secretValue = z.custom<Secret>(isSecret, 'must be a secret')

/**
 * A `RegExp`, for an argument. The flags `g` and `y` are taken away: with them a pattern remembers where it stopped (`lastIndex`),
 * so that `test` and `exec` say something else the next time. For every match make one anew:
 * `new RegExp(found.source, `${found.flags}g`)`.
 *
 * @example
 * const args = z.strictObject({ regexp: regularExpression, after: regularExpression.optional() })
 */
export const regularExpression = z
  .instanceof(RegExp)
  .transform((given) => new RegExp(given.source, given.flags.replace(/[gy]/g, '')))
