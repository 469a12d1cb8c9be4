import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'
import { mapSchema } from '../../../core/map-schema.ts'
import { absolutePath } from '../../../core/schemas.ts'
import { accountName } from '../shared/account-args.ts'
import { type KeyLine, isOptions, parseKeys } from './key.ts'
import { publicKey } from './public-key.ts'

const shape = {
  /** Whose keys they are. The user must exist. */
  user: accountName,
  /** Public keys, as in a `.pub` file: one or several, each with options before it if it has some. */
  key: z.union([publicKey, z.array(publicKey).min(1).readonly()]),
  /** `absent` takes the keys out, whatever their options. @default 'present' */
  state: z.enum(['present', 'absent']).optional(),
  /**
   * What sshd lets the keys do, such as `'from="10.0.0.0/8",no-pty'`; the empty text takes options away.
   *
   * @default those that are written before the key, else those that the key has in the file
   */
  keyOptions: z
    .string()
    .regex(/^[^\0\n\r]*$/, 'must be one line')
    .refine(isOptions, 'must be options as sshd reads them: commas between them, spaces only in quotes')
    .optional(),
  /** What stands behind the keys. @default as it is; for a new key what it comes with */
  comment: z
    .string()
    .regex(/^[^\0\n\r]*$/, 'must be one line')
    .transform((text) => text.trim())
    .optional(),
  /** Take all other keys out. Comments stay. Name all keys in one task: another one would take these out. @default false */
  exclusive: z.boolean().optional(),
  /**
   * Another file, whose folder must exist: it keeps its mode and owner, and a new one is 0644 and belongs to whoever runs the
   * task. Needed where sshd has another `AuthorizedKeysFile`.
   *
   * @default `.ssh/authorized_keys` in the user's home folder, which are 0700 and 0600 and belong to the user
   */
  path: absolutePath.optional(),
}

export interface AuthorizedKeyArgs extends ArgsOf<typeof shape> {}

const schema = z
  .strictObject(shape)
  .refine(({ exclusive, state }) => exclusive !== true || state !== 'absent', {
    path: ['exclusive'],
    error: 'goes with state: present',
  })

/** The arguments, with the keys as lines. */
export interface WantedKeys extends Omit<AuthorizedKeyArgs, 'key'> {
  readonly keys: readonly KeyLine[]
}

export const args = mapSchema(schema, ({ key, ...rest }): WantedKeys => ({
  ...rest,
  keys: (typeof key === 'string' ? [key] : key).flatMap(parseKeys),
}))
