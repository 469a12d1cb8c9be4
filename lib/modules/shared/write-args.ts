import * as z from '../../core/lazy-zod.ts'
import type { ArgsOf } from '../../core/args-of.ts'

export const writeArgs = {
  /**
   * A command that checks the new content before the file is replaced. `%s` is the path of a temporary file with the new
   * content. If the command fails, the task fails, and the file stays as it was.
   *
   * @default no check
   * @example '/usr/sbin/nginx -t -c %s'
   */
  validate: z.string().includes('%s', { error: 'must contain %s, the path of the new content' }).optional(),
  /**
   * Write into the existing file instead of replacing it. Use this for a single file that is bind-mounted into a container:
   * the container would not see a new file. If the run is killed while it writes, the file is incomplete until the next run.
   *
   * @default false
   */
  inPlace: z.boolean().optional(),
  /**
   * Keep the old file as `PATH.TIME~`, with the time in UTC.
   *
   * @default false
   */
  backup: z.boolean().optional(),
}

/** How a file gets its new content. */
export interface WriteArgs extends ArgsOf<typeof writeArgs> {}
