import * as z from '../../../core/lazy-zod.ts'

/** Names that useradd and adduser take alike. One of digits alone would be taken for a number. */
export const accountName = z
  .string()
  .regex(/^[A-Za-z_][\w.-]*\$?$/, 'must be a name of letters, digits, _ . and -, not a number')
  .max(32)

export const accountId = z.int().min(0).max(4_294_967_294)
