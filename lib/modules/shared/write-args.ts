import { z } from 'zod'
import type { ArgsOf } from '../../core/args-of.ts'

export const writeArgs = {
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

/** How a file gets its new content. */
export interface WriteArgs extends ArgsOf<typeof writeArgs> {}
