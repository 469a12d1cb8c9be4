import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'
import { absolutePath } from '../../../core/schemas.ts'
import { type AccessArgs, accessArgs } from '../../shared/access.ts'
import { type WriteArgs, writeArgs } from '../../shared/write-args.ts'

const own = {
  /** Absolute path of the file on the host. Its directory must exist. A symbolic link there is replaced, not followed. */
  dest: z
    .string()
    .refine((path) => path === '/' || !path.endsWith('/'), {
      error: 'names a folder; dest is the full path of the file, such as /etc/app/app.conf',
      abort: true,
    })
    .pipe(absolutePath)
    .refine((path) => path !== '/', 'must name a file'),
}

export const installArgs = { ...own, ...writeArgs, ...accessArgs }

/** What `copy` and `template` take alike. */
export interface InstallArgs extends AccessArgs, WriteArgs, ArgsOf<typeof own> {}
