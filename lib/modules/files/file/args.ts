import { z } from 'zod'
import type { ArgsOf } from '../../../core/args-of.ts'
import { normalPath, writtenPath } from '../../../core/schemas.ts'
import { type AccessArgs, accessArgs } from '../../shared/access.ts'
import { hasWildcard } from '../../shared/literal-path.ts'
import { isGuarded } from './protected-paths.ts'

const own = {
  /** Absolute path on the host. */
  path: writtenPath,
  /**
   * - `directory`: created with its parents, which get mode 0755 and belong to whoever runs the task
   * - `file`: created empty if missing; what it holds is left alone
   * - `link`: a symbolic link to `target`, replaced atomically
   * - `exists`: whatever is there, with the mode and owner that are given; an error where there is nothing
   * - `absent`: removed with all that is in it; refused for `/`, `/etc` and the like
   */
  state: z.enum(['directory', 'file', 'link', 'exists', 'absent']),
  /** For a link: what it leads to, written into the link as it is. Need not exist. */
  target: z
    .string()
    .min(1)
    .regex(/^[^\0]*$/, 'must not contain a NUL byte')
    .optional(),
  /**
   * `true` removes what is there if it is of another kind, such as a file where a directory is wanted. Without it that is
   * an error, because what is there may be somebody's data. `remove-tree` also removes a directory that is not empty.
   *
   * @default false
   */
  force: z.boolean().or(z.literal('remove-tree')).optional(),
}

export interface FileArgs extends AccessArgs, ArgsOf<typeof own> {}

const MAY_HAVE_MODE = new Set(['directory', 'file', 'exists'])
const MODES = 'a link has no mode of its own, and nothing can be said of what is absent'

export const args = z
  .strictObject({ ...own, ...accessArgs })
  .refine(({ state, target }) => (state === 'link') === (target !== undefined), {
    path: ['target'],
    error: 'goes with state: link, and only with it',
  })
  .refine(({ state, mode }) => mode === undefined || MAY_HAVE_MODE.has(state), {
    path: ['mode'],
    error: MODES,
  })
  .refine(({ state, owner, group }) => state !== 'absent' || (owner === undefined && group === undefined), {
    path: ['owner'],
    error: 'nothing that is absent has an owner',
  })
  .refine(
    ({ state, force = false, path }) =>
      !((state === 'absent' || force !== false) && isGuarded(normalPath(path))),
    {
      path: ['path'],
      error: 'is part of the system and is not removed',
    },
  )
  .refine(({ state, path }) => !(state === 'absent' && hasWildcard(path)), {
    path: ['path'],
    error:
      "is taken as it is written, and no * ? or [ ] in it is expanded; name each path, or use shell('…', { script: 'rm -f /srv/tmp/*.log' })",
  })
  .refine(({ state, path }) => !(path.endsWith('/') && (state === 'file' || state === 'link')), {
    path: ['path'],
    error: 'ends in a slash, which only a directory does',
  })
  .transform(({ path, ...rest }) => ({ ...rest, path: normalPath(path) }))
