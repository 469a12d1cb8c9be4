import * as z from '../../../core/lazy-zod.ts'

/** A name as PostgreSQL keeps it. It cuts longer ones off, after which nothing would ever compare equal. */
export const databaseObjectName = z
  .string()
  .min(1)
  .refine((name) => Buffer.byteLength(name) <= 63, 'is longer than 63 bytes, which PostgreSQL cuts off')
  .refine((name) => !name.includes('\0'), 'cannot contain a NUL byte')

export const presence = z.enum(['present', 'absent'])

export const containerName = z.string().regex(/^[a-zA-Z0-9][\w.-]*$/, 'is the name of a container')
