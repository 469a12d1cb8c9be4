import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'
import { absolutePath } from '../../../core/schemas.ts'

const own = {
  /** Absolute path of a file or directory on the host. It must exist. A symbolic link is an error: use the path of its target. */
  path: absolutePath,
  /** Whose entry it is: of a user, of a group, the mask, or of all others. */
  etype: z.enum(['user', 'group', 'mask', 'other']),
  /** Name or numeric ID of the user or group. @default the owner, or the group, of the file */
  entity: z
    .union([
      z.int().min(0),
      z.string().regex(/^[^\s:,\\\0-][^\s:,\\\0]*$/, 'must be the name or number of an account'),
    ])
    .optional(),
  /**
   * Letters of `rwx`, such as `'rw'`, or `'-'` for none. `X` is `x` for directories, and for files that somebody may execute
   * already. Required with `present`. @default none with `absent`
   */
  permissions: z
    .string()
    .regex(
      /^(?!.*([rwxX]).*\1)(?!.*x.*X)(?!.*X.*x)[rwxX-]{1,3}$/,
      "must be letters of rwxX, such as 'rw', or '-'",
    )
    .optional(),
  /** `absent` removes the entry of a user or group, or the mask. @default 'present' */
  state: z.enum(['present', 'absent']).optional(),
  /** The entry that new files in the directory get. The directory itself keeps its access. @default false */
  default: z.boolean().optional(),
  /** Everything below a directory too. Links are not followed. Default entries are only set for directories. @default false */
  recursive: z.boolean().optional(),
  /**
   * Compute the mask anew, so that every entry has its effect, as `setfacl` does. With `false`, an existing mask stays as it is.
   *
   * @default true, except for etype mask
   */
  recalculateMask: z.boolean().optional(),
}

export interface AclArgs extends ArgsOf<typeof own> {}

const isNamed = (etype: AclArgs['etype']): boolean => etype === 'user' || etype === 'group'

export const args = z
  .strictObject(own)
  .refine(({ state = 'present', permissions }) => (state === 'present') === (permissions !== undefined), {
    path: ['permissions'],
    error: 'is required with state: present, and not allowed with state: absent',
  })
  .refine(({ etype, entity }) => entity === undefined || isNamed(etype), {
    path: ['entity'],
    error: 'goes with etype user or group only',
  })
  .refine(({ state, etype, entity }) => state !== 'absent' || entity !== undefined || etype === 'mask', {
    path: ['entity'],
    error: 'is required with state: absent: the entries of the owner, the group and others always exist',
  })
  .refine(({ state, etype, recursive = false }) => !(state === 'absent' && etype === 'mask' && recursive), {
    path: ['recursive'],
    error: 'is not allowed when the mask is removed',
  })
  .refine(({ path, recursive = false }) => !(recursive && path === '/'), {
    path: ['recursive'],
    error: 'is not allowed for /, which would change the whole system',
  })
  .refine(({ etype, recalculateMask }) => etype !== 'mask' || recalculateMask === undefined, {
    path: ['recalculateMask'],
    error: 'is not allowed with etype mask',
  })
