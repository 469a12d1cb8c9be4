import * as z from '../../../core/lazy-zod.ts'

/** A type of the policy. */
export const typeArg = z
  .string()
  .regex(/^[A-Za-z_][\w.]*$/, 'must be a type of the policy, such as http_port_t')

export const reloadArg = z.boolean().optional()
