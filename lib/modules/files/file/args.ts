import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'
import { absolutePath, normalPath, writtenPath } from '../../../core/schemas.ts'
import { type AccessArgs, accessArgs } from '../../shared/access.ts'
import { hasWildcard } from '../../shared/literal-path.ts'
import { isGuarded } from './protected-paths.ts'

const own = {
  /** Absolute path on the host. */
  path: writtenPath,
  /**
   * - `directory`: a directory; missing parent directories are created with mode 0755, for the user that runs the task
   * - `file`: a regular file; created empty if missing, the content of an existing file is not changed
   * - `link`: a symbolic link to `target`, replaced atomically
   * - `hard`: a hard link, which is another name of the file `target`; mode and owner are those of the file
   * - `exists`: anything that exists there, with the given mode and owner; an error if the path does not exist
   * - `absent`: nothing; a directory is removed with everything in it; refused for `/`, `/etc` and other system paths
   */
  state: z.enum(['directory', 'file', 'link', 'hard', 'exists', 'absent']),
  /**
   * For `link`: the target, written into the link unchanged. It need not exist. For `hard`: the absolute path of a file that exists on the
   * same file system.
   */
  target: z
    .string()
    .min(1)
    .regex(/^[^\0]*$/, 'must not contain a NUL byte')
    .optional(),
  /**
   * `true` replaces something of another type, such as a file where a directory is wanted. Without `force`, that is an
   * error, because it may be somebody's data. `remove-tree` also replaces a directory that is not empty.
   *
   * @default false
   */
  force: z.boolean().or(z.literal('remove-tree')).optional(),
  /**
   * For `directory`: everything below it gets the mode, owner and group too. In `mode`, `X` stands for `x` of directories, and of files
   * that somebody can execute already. Links are not followed; they get the owner themselves. Refused for system paths.
   *
   * @default false
   */
  recurse: z.boolean().optional(),
}

export interface FileArgs extends AccessArgs, ArgsOf<typeof own> {}

const MAY_HAVE_MODE = new Set(['directory', 'file', 'exists'])
const OWNERLESS = new Set(['absent', 'hard'])
const MODES = 'is not allowed with state: link, hard or absent'

export const args = z
  .strictObject({ ...own, ...accessArgs })
  .refine(({ state, target }) => (state === 'link' || state === 'hard') === (target !== undefined), {
    path: ['target'],
    error: 'is required with state: link or hard, and not allowed otherwise',
  })
  .refine(({ state, target }) => state !== 'hard' || absolutePath.safeParse(target).success, {
    path: ['target'],
    error: 'must be the absolute path of a file with state: hard',
  })
  .refine(({ state, mode }) => mode === undefined || MAY_HAVE_MODE.has(state), {
    path: ['mode'],
    error: MODES,
  })
  .refine(({ state, owner, group }) => !OWNERLESS.has(state) || (owner ?? group) === undefined, {
    path: ['owner'],
    error: 'is not allowed with state: absent or hard',
  })
  .refine(
    ({ state, force = false, path }) =>
      !((state === 'absent' || force !== false) && isGuarded(normalPath(path))),
    {
      path: ['path'],
      error: 'is a system path, which is never removed',
    },
  )
  .refine(({ state, recurse = false }) => !recurse || state === 'directory', {
    path: ['recurse'],
    error: 'is for state: directory only',
  })
  .refine(({ mode, owner, group, recurse = false }) => !recurse || (mode ?? owner ?? group) !== undefined, {
    path: ['recurse'],
    error: 'has nothing to do without mode, owner or group',
  })
  .refine(({ path, recurse = false }) => !(recurse && isGuarded(normalPath(path))), {
    path: ['recurse'],
    error: 'is not allowed for a system path; name the directories in it',
  })
  .refine(({ state, path }) => !(state === 'absent' && hasWildcard(path)), {
    path: ['path'],
    error:
      "is taken as it is written, and no * ? or [ ] in it is expanded; name each path, or use shell('…', { script: 'rm -f /srv/tmp/*.log' })",
  })
  .refine(({ state, path }) => !(path.endsWith('/') && ['file', 'link', 'hard'].includes(state)), {
    path: ['path'],
    error: 'ends in a slash, which only a directory does',
  })
  .transform(({ path, ...rest }) => ({ ...rest, path: normalPath(path) }))
