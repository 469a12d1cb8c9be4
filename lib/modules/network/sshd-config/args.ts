import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'
import { absolutePath } from '../../../core/schemas.ts'

const line = z
  .string()
  .regex(/^[^\0\n\r]*$/, 'must be one line')
  .refine((text) => text.trim() !== '' && !text.trim().startsWith('#'), 'must not be empty')

const options = z
  .record(
    z
      .string()
      .regex(/^[A-Za-z][A-Za-z0-9]*$/, 'must be the name of a directive of sshd')
      .refine((name) => !/^(match|include)$/i.test(name), 'is not a directive with a value: see match'),
    z.union([line, z.int().min(0), z.array(line).min(1).readonly()]),
  )
  .refine(
    (given) =>
      new Set(Object.keys(given).map((name) => name.toLowerCase())).size === Object.keys(given).length,
    'has a directive twice: sshd does not tell upper from lower case',
  )

const matchBlock = z.strictObject({
  /** For whom the directives count, as after `Match` in `sshd_config(5)`, such as `User backup Address 10.0.0.0/8`. */
  criteria: line,
  /** Directives by their names. */
  options,
})

const shape = {
  /**
   * Directives by their names, such as `{ PermitRootLogin: 'no', MaxAuthTries: 3 }`. A list is a directive that stands there several
   * times. Required unless `match` is given or `state` is absent.
   */
  options: options.optional(),
  /** Directives for some logins only, in this order. @default none */
  match: z.array(matchBlock).readonly().optional(),
  /** `absent` removes all that a task with this `name` wrote. @default 'present' */
  state: z.enum(['present', 'absent']).optional(),
  /** Of the drop-in, or of the block in the configuration. Two tasks for one host need two names. @default 'run-playbook' */
  name: z
    .string()
    .regex(/^\w[\w-]*$/, 'must be letters, digits, _ and -')
    .optional(),
  /** The configuration of sshd. @default '/etc/ssh/sshd_config' */
  path: absolutePath.optional(),
  /**
   * Milliseconds that a new login may take. The host takes the change back by itself when it was not confirmed within three times that.
   *
   * @default 20_000
   */
  timeoutMs: z.int().min(1000).max(600_000).optional(),
}

export interface SshdConfigArgs extends ArgsOf<typeof shape> {}

export const args = z
  .strictObject(shape)
  .refine(
    ({ state, options: given = {}, match = [] }) =>
      state === 'absent' || Object.keys(given).length > 0 || match.length > 0,
    { path: ['options'], error: 'is needed unless match is given or state is absent' },
  )
