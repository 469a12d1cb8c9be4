import { z } from 'zod'
import type { ArgsOf } from '../../../core/args-of.ts'
import { absolutePath } from '../../../core/schemas.ts'
import { type AccessArgs, accessArgs } from '../../shared/access.ts'
import { isGuarded } from './protected-paths.ts'

const own = {
  /** Absolute path on the host. */
  path: absolutePath,
  /**
   * - `directory`: created with its parents, which get mode 0755 and belong to whoever runs the task
   * - `file`: created empty if missing; what it holds is left alone
   * - `link`: a symbolic link to `target`, replaced atomically
   * - `absent`: removed with all that is in it; refused for `/`, `/etc` and the like
   */
  state: z.enum(['directory', 'file', 'link', 'absent']),
  /** For a link: what it leads to, written into the link as it is. Need not exist. */
  target: z
    .string()
    .min(1)
    .regex(/^[^\0]*$/, 'must not contain a NUL byte')
    .optional(),
  /**
   * Remove what is there if it is of another kind, such as a file where a directory is wanted. Without it that is an
   * error, because what is there may be somebody's data.
   *
   * @default false
   */
  force: z.boolean().optional(),
}

export interface FileArgs extends AccessArgs, ArgsOf<typeof own> {}

const MODES = 'a link has no mode of its own, and nothing can be said of what is absent'

export const args = z
  .strictObject({ ...own, ...accessArgs })
  .refine(({ state, target }) => (state === 'link') === (target !== undefined), {
    path: ['target'],
    error: 'goes with state: link, and only with it',
  })
  .refine(({ state, mode }) => mode === undefined || state === 'directory' || state === 'file', {
    path: ['mode'],
    error: MODES,
  })
  .refine(({ state, owner, group }) => state !== 'absent' || (owner === undefined && group === undefined), {
    path: ['owner'],
    error: 'nothing that is absent has an owner',
  })
  .refine(({ state, force, path }) => !((state === 'absent' || force === true) && isGuarded(path)), {
    path: ['path'],
    error: 'is part of the system and is not removed',
  })
