import { z } from 'zod'
import type { ArgsOf } from '../../../core/args-of.ts'
import { absolutePath } from '../../../core/schemas.ts'
import { type AccessArgs, accessArgs } from '../../shared/access.ts'

const own = {
  /** Absolute path of the file on the host. Its folder must exist. A link there is replaced, not followed. */
  dest: z
    .string()
    .refine((path) => path === '/' || !path.endsWith('/'), {
      error: 'names a folder; dest is the full path of the file, such as /etc/app/app.conf',
      abort: true,
    })
    .pipe(absolutePath)
    .refine((path) => path !== '/', 'must name a file'),
  /**
   * A command that must succeed before the file is put in place; `%s` is the path of the new content.
   *
   * @default no check
   * @example '/usr/sbin/nginx -t -c %s'
   */
  validate: z.string().includes('%s', { error: 'must contain %s, the path of the new content' }).optional(),
  /**
   * Write into the existing file instead of replacing it: for a single file that is bind-mounted into a container, which
   * would go on seeing the old one. Being stopped in that moment leaves it incomplete; the next run mends it.
   *
   * @default false
   */
  inPlace: z.boolean().optional(),
  /**
   * Keep what was there as `<dest>.<UTC time>~`.
   *
   * @default false
   */
  backup: z.boolean().optional(),
}

export const installArgs = { ...own, ...accessArgs }

/** What `copy` and `template` take alike. */
export interface InstallArgs extends AccessArgs, ArgsOf<typeof own> {}
