import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'
import { absolutePath, normalPath } from '../../../core/schemas.ts'
import { writeArgs } from '../../shared/write-args.ts'

const number = z.int().min(0)
const word = 'must be one line that does not begin with a dash'

const shape = {
  /** Absolute path of the mount point; `none` for swap. Links in it are an error. */
  path: z
    .string()
    .refine((path) => path === 'none' || absolutePath.safeParse(path).success, {
      error: 'must be an absolute path without line breaks, /./ and /../, or none for swap',
    })
    .transform((path) => (path === 'none' ? path : normalPath(path))),
  /**
   * - `mounted`: in fstab, and mounted now; a missing mount point is created
   * - `present`: in fstab; what is mounted now does not change
   * - `ephemeral`: mounted now; fstab does not change
   * - `unmounted`: not mounted now; fstab does not change
   * - `absent`: not mounted now, and not in fstab; the mount point is removed, which must be empty
   * - `absentFromFstab`: not in fstab; what is mounted now does not change
   * - `remounted`: mounted anew with `opts`, otherwise with those of fstab, each time that the task runs; for a handler
   */
  state: z.enum(['mounted', 'present', 'ephemeral', 'unmounted', 'absent', 'absentFromFstab', 'remounted']),
  /**
   * What is mounted: a device such as `/dev/sdb1` or `UUID=…`, a directory with `bind`, `server:/export`, or a word such as `tmpfs`.
   * Required unless `state` is `unmounted`, `absent`, `absentFromFstab` or `remounted`.
   */
  src: z
    .string()
    .regex(/^[^\0\n\r#-][^\0\n\r]*$/, 'must be one line that begins with neither a dash nor #')
    .optional(),
  /**
   * Type of the file system, such as `ext4`, `nfs` or `tmpfs`; `none` with `bind`. Required unless `state` is `unmounted`, `absent`,
   * `absentFromFstab` or `remounted`.
   */
  fstype: z
    .string()
    .regex(/^[A-Za-z0-9_][\w.,-]*$/, 'must be the name of a type of file systems')
    .optional(),
  /**
   * Options with commas between them, as in fstab. They show in `ps` and in fstab: a password belongs into a file, such as with
   * `credentials=/root/.smb`.
   *
   * @default 'defaults'
   */
  opts: z
    .string()
    .regex(/^[^\0\n\r,-][^\0\n\r]*$/, word)
    .optional(),
  /** Fifth field of fstab: whether dump saves the file system. @default 0 */
  dump: number.optional(),
  /** Sixth field of fstab: when fsck checks it at boot; 0 is never, 1 is for the root, 2 for others. @default 0 */
  passno: number.optional(),
  /** Mount it at boot. `false` adds `noauto` to the options in fstab. @default true */
  boot: z.boolean().optional(),
  /** Another file than `/etc/fstab`, such as that of a chroot. @default '/etc/fstab' */
  fstab: absolutePath.default('/etc/fstab'),
  /** Keep the old fstab as `PATH.TIME~`, with the time in UTC. @default false */
  backup: writeArgs.backup,
}

export interface MountArgs extends ArgsOf<typeof shape> {}

const WITH_SRC = new Set(['mounted', 'present', 'ephemeral'])
const OF_FSTAB = new Set(['present', 'absent', 'absentFromFstab'])
const needed = 'is needed unless state is unmounted, absent, absentFromFstab or remounted'

export const args = z
  .strictObject(shape)
  .refine(({ state, src }) => !WITH_SRC.has(state) || src !== undefined, { path: ['src'], error: needed })
  .refine(({ state, fstype }) => !WITH_SRC.has(state) || fstype !== undefined, {
    path: ['fstype'],
    error: needed,
  })
  .refine(({ path, state }) => path !== '/' || (state !== 'absent' && state !== 'unmounted'), {
    path: ['path'],
    error: 'is the root of the host, which is never unmounted',
  })
  .refine(({ path, state }) => path !== 'none' || OF_FSTAB.has(state), {
    path: ['path'],
    error: 'none is for swap in fstab: with state present, absent or absentFromFstab',
  })
  .refine(({ path, src }) => path !== 'none' || src !== undefined, {
    path: ['src'],
    error: 'is needed with path: none, to tell which swap it is',
  })

/** The same, checked. */
export type MountValues = z.output<typeof args>
