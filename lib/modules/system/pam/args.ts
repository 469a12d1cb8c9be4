import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'
import { mapSchema } from '../../../core/map-schema.ts'
import { absolutePath } from '../../../core/schemas.ts'
import { oneOf } from '../../shared/one-of.ts'
import { type FileEditArgs, fileEditArgs } from '../../shared/file-edit-args.ts'
import { control } from './control.ts'
import { type Identity, isSame } from './rule.ts'

const { create: _, ...everyFile } = fileEditArgs

const type = z.enum(['account', 'auth', 'password', 'session', '-account', '-auth', '-password', '-session'])

const modulePath = z
  .string()
  .regex(/^[^\s#\\[\]]+$/, 'must be the name or path of a module, such as pam_unix.so')

const argument = z
  .string()
  .regex(/^[^#\0\n\r]*$/, 'must be one line without #, which begins a comment')
  .regex(/^(\[(\\.|[^\\\]])*\]|[^\s[]\S*)$/, 'must be one word, or words in brackets')
  .regex(/[^\\]$/, 'must not end in a backslash: the next line would be part of it')

const own = {
  /** The service: the name of a file in `/etc/pam.d`, such as `common-auth`. Use either this or `path`. */
  name: z
    .string()
    .regex(/^[A-Za-z0-9_][\w.+-]*$/, 'must be the name of a file in /etc/pam.d')
    .optional(),
  /** The file, where it is elsewhere. Use either this or `name`. */
  path: absolutePath.optional(),
  /** Type of the rule. A `-` before it: PAM does not complain if the host does not have the module. */
  type,
  /** Control of the rule: a word such as `required`, or actions such as `[success=1 default=ignore]`. */
  control,
  /** Module of the rule, as the rule writes it: `pam_unix.so`. */
  modulePath,
  /**
   * - `updated`: the rule gets the new type, control, path and arguments that are given
   * - `before`, `after`: a new rule is its neighbour, with `newType`, `newControl`, `newModulePath` and `moduleArguments`
   * - `argsPresent`: the rule has `moduleArguments`, beside others; `a=1` takes the place of another `a=`
   * - `argsAbsent`: the rule does not have `moduleArguments`
   * - `absent`: there is no such rule
   *
   * @default 'updated'
   */
  state: z.enum(['updated', 'before', 'after', 'argsPresent', 'argsAbsent', 'absent']).optional(),
  /** Type of the new rule, or the type that the rule is to have. @default as it is */
  newType: type.optional(),
  /** Control of the new rule, or the control that the rule is to have. @default as it is */
  newControl: control.optional(),
  /** Module of the new rule, or the module that the rule is to have. @default as it is */
  newModulePath: modulePath.optional(),
  /** Arguments of the module, each for itself: `['nullok', 'minlen=12']`. Words in brackets are one: `[query=SELECT 1]`. @default as they are; of a new rule none */
  moduleArguments: z.array(argument).readonly().optional(),
}

export interface PamArgs extends Omit<FileEditArgs, 'path' | 'create'>, ArgsOf<typeof own> {}

/** The arguments, with the path. */
export interface PamRule extends PamArgs {
  readonly path: string
}

/** What the new rule is found by, or the rule once it is updated. */
export const newIdentity = ({ newType, newControl, newModulePath, ...rule }: PamArgs): Identity => ({
  type: newType ?? rule.type,
  control: newControl ?? rule.control,
  modulePath: newModulePath ?? rule.modulePath,
})

const NEW = ['newType', 'newControl', 'newModulePath'] as const

const schema = z.strictObject({ ...everyFile, ...own }).superRefine((given, context) => {
  const { state = 'updated', moduleArguments } = given
  const wrong = (path: keyof PamArgs, message: string): void =>
    context.addIssue({ code: 'custom', path: [path], message })
  oneOf('name', 'path')({ ...given }, context)
  const renews = NEW.filter((one) => given[one] !== undefined)
  if (state === 'updated') {
    if (renews.length === 0 && moduleArguments === undefined)
      wrong('state', 'updated needs newType, newControl, newModulePath or moduleArguments')
  } else if (state === 'before' || state === 'after') {
    for (const one of NEW) if (given[one] === undefined) wrong(one, `is needed with state: ${state}`)
    if (renews.length === NEW.length && isSame(given, newIdentity(given)))
      wrong('newModulePath', 'the new rule has the type, the control and the path of its neighbour')
  } else {
    for (const one of renews) wrong(one, `does not go with state: ${state}`)
    const needed = state !== 'absent'
    if (needed && (moduleArguments ?? []).length === 0)
      wrong('moduleArguments', `is needed with state: ${state}`)
    if (!needed && moduleArguments !== undefined) wrong('moduleArguments', 'does not go with state: absent')
  }
})

export const args = mapSchema(schema, ({ path, name = '', ...rest }): PamRule => ({
  ...rest,
  name,
  path: path ?? `/etc/pam.d/${name}`,
}))
