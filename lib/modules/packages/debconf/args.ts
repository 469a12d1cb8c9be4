import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'
import { secretValue } from '../../../core/schemas.ts'
import { type Secret, isSecret } from '../../../core/secret.ts'

const line = z
  .string()
  .regex(/^[^\0\n\r]*$/, 'must be one line')
  .refine((text) => text.trim() === text, 'must not begin or end with a space: debconf does not keep it')

const shape = {
  /** The package whose question it is. */
  name: z.string().regex(/^[a-z0-9][a-z0-9+.:-]*$/, 'must be the name of a package'),
  /** The question, such as `postfix/main_mailer_type`. */
  question: z
    .string()
    .regex(/^[A-Za-z0-9][^\s\0]*$/, 'must be the name of a question, such as postfix/mailname'),
  /** The type of the question, as its package says. */
  type: z.enum(['boolean', 'error', 'multiselect', 'note', 'password', 'select', 'string', 'text', 'title']),
  /** The answer. Several of a `multiselect` have commas between them. That of a `password` is a secret. */
  value: z.union([line, z.boolean(), secretValue]),
  /** Leave the question as one that nobody has seen yet: the package may ask it all the same. @default false */
  unseen: z.boolean().optional(),
}

export interface DebconfArgs extends ArgsOf<typeof shape> {}

export const args = z
  .strictObject(shape)
  .refine(({ type, value }) => type !== 'password' || isSecret(value), {
    path: ['value'],
    error: 'must be a secret for a password',
  })
  .refine(
    ({ type, value }) =>
      type !== 'boolean' || typeof value === 'boolean' || /^(true|false)$/i.test(String(value)),
    {
      path: ['value'],
      error: 'must be true or false for a boolean',
    },
  )

/** The answer as debconf has it. */
export function answerOf({ type, value }: DebconfArgs): string | Secret {
  if (isSecret(value)) return value
  return type === 'boolean' ? String(value).toLowerCase() : String(value)
}
