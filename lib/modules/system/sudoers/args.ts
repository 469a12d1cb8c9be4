import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'
import { absolutePath } from '../../../core/schemas.ts'
import { accountId, accountName } from '../shared/account-args.ts'

const CONTINUES = /(^|[^\\])(\\\\)*\\$/

const oneLine = z
  .string()
  .regex(/^[^\0\n\r]*$/, 'must be one line')
  .refine((text) => text.trim() !== '', 'must not be empty')
  .refine((text) => !CONTINUES.test(text), 'must not end in a backslash: the next line would be part of it')

const command = oneLine.regex(/^(\\.|[^\\#])*$/, 'must not contain #, which begins a comment: write \\#')
const account = z.union([accountId, accountName])

const shape = {
  /** Name of the file in `/etc/sudoers.d`. Letters, digits, `_` and `-`: sudo ignores files whose name has a dot. */
  name: z
    .string()
    .regex(/^\w[\w-]*$/, 'must be letters, digits, _ and -: sudo ignores a file whose name has a dot'),
  /** `absent` removes the file. @default 'present' */
  state: z.enum(['present', 'absent']).optional(),
  /** Whose rule it is: a name, a numeric ID, or `ALL`. Use either this or `group`. */
  user: account.optional(),
  /** The group whose rule it is. Use either this or `user`. */
  group: account.optional(),
  /**
   * What may be run: absolute paths with or without arguments, or `ALL`. As in sudoers, `,` `:` `=` and `\\` in arguments need a
   * backslash before them. Use either this or `content`.
   */
  commands: z.union([command, z.array(command).min(1).readonly()]).optional(),
  /** No password is asked for. @default true */
  nopassword: z.boolean().optional(),
  /** A command cannot run further commands. @default false */
  noexec: z.boolean().optional(),
  /** The user may set environment variables for a command. @default false */
  setenv: z.boolean().optional(),
  /** The host that the rule is for. @default 'ALL' */
  host: z
    .string()
    .regex(/^[^\s=#\\()]+$/, 'must be the name or address of a host, or ALL')
    .optional(),
  /** As whom a command may be run: `alice`, `ALL`, or user and group as in `ALL:ALL`. @default root */
  runas: z
    .string()
    .regex(/^(#\d|[\w.%:,!$+@ -])+$/, 'must be users as in sudoers')
    .optional(),
  /** Lines of `Defaults` for the user or group, such as `'!requiretty'`. @default none */
  defaults: z.array(oneLine).min(1).readonly().optional(),
  /** The whole text of the file, for what the other arguments cannot say, such as aliases. Use either this or `commands`. */
  content: z
    .string()
    .regex(/^[^\0]*$/, 'must not contain a NUL byte')
    .refine((text) => text.trim() !== '', 'must not be empty')
    .optional(),
  /**
   * Whether visudo must accept the text. `detect` writes it without a check if the host has no visudo, `absent` always.
   *
   * @default 'required'
   */
  validation: z.enum(['required', 'detect', 'absent']).optional(),
  /** Another directory, which sudo must be told to read. It must exist. @default '/etc/sudoers.d' */
  sudoersPath: absolutePath.optional(),
}

export interface SudoersArgs extends ArgsOf<typeof shape> {}

const RULE = ['user', 'group', 'nopassword', 'noexec', 'setenv', 'host', 'runas', 'defaults'] as const

export const args = z.strictObject(shape).superRefine((given, context) => {
  const { state, user, group, commands, content } = given
  const wrong = (path: keyof SudoersArgs, message: string): void =>
    context.addIssue({ code: 'custom', path: [path], message })
  if (user !== undefined && group !== undefined) wrong('group', 'either user or group, not both')
  if (content !== undefined) {
    if (commands !== undefined) wrong('content', 'either commands or content, not both')
    for (const one of RULE) if (given[one] !== undefined) wrong(one, 'does not go with content')
  } else if (state !== 'absent') {
    if (commands === undefined) wrong('commands', 'is needed unless content is given or state is absent')
    else if (user === undefined && group === undefined) wrong('user', 'is needed, or group')
  }
})
