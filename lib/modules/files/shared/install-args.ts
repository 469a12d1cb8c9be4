import { z } from 'zod'
import { absolutePath } from '../../../core/schemas.ts'
import { type AccessArgs, accessArgs } from '../../shared/access.ts'

/** What `copy` and `template` take alike. */
export interface InstallArgs extends AccessArgs {
  /** Absolute path of the file on the host. Its folder must exist. A link there is replaced, not followed. */
  readonly dest: string
  /**
   * A command that must succeed before the file is put in place; `%s` is the path of the new content.
   *
   * @example '/usr/sbin/nginx -t -c %s'
   */
  readonly validate?: string | undefined
  /**
   * Write into the existing file instead of replacing it: for a single file that is bind-mounted into a container, which
   * would go on seeing the old one. Being stopped in that moment leaves it incomplete; the next run mends it.
   *
   * @default false
   */
  readonly inPlace?: boolean | undefined
  /**
   * Keep what was there as `<dest>.<UTC time>~`.
   *
   * @default false
   */
  readonly backup?: boolean | undefined
}

export const installArgs = {
  dest: absolutePath.refine((path) => path !== '/', 'must name a file'),
  validate: z.string().includes('%s', { error: 'must contain %s, the path of the new content' }).optional(),
  inPlace: z.boolean().optional(),
  backup: z.boolean().optional(),
  ...accessArgs,
}
