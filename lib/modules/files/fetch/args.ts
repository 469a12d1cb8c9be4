import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'
import { mapSchema } from '../../../core/map-schema.ts'
import { absolutePath } from '../../../core/schemas.ts'
import type { Target } from './target.ts'

const shape = {
  /** Absolute path of a file on the host. Not a link. */
  src: absolutePath.refine((path) => path !== '/', 'must be a file'),
  /**
   * A directory on your machine; a relative path begins in the current directory. The file is written below it as `HOST/PATH`: with
   * `fetched`, the file `/etc/hosts` of the host `web-1` becomes `fetched/web-1/etc/hosts`. With `delegateTo`, HOST is the host that the
   * file comes from. Directories are created.
   */
  dest: z.union([z.string().regex(/^[^\0\n\r]+$/, 'must be a path without line breaks'), z.instanceof(URL)]),
  /**
   * Write to `dest` itself, without the name of the host. With a slash at the end of `dest`, the file gets its own name in that
   * directory. Files of several hosts overwrite each other.
   *
   * @default false
   */
  flat: z.boolean().optional(),
  /** `false` leaves a file out that is not on the host, or is a directory. @default true: that is an error */
  failOnMissing: z.boolean().optional(),
  /** `false` also takes a file that changed while it was read. @default true: that is an error */
  validateChecksum: z.boolean().optional(),
  /** The largest file that is accepted, in bytes. @default 104_857_600, 100 MiB */
  maxBytes: z.int().positive().optional(),
}

export interface FetchArgs extends ArgsOf<typeof shape> {}

/** The arguments, with where it goes. */
export interface Fetch extends Omit<FetchArgs, 'dest' | 'flat'> {
  readonly target: Target
}

export const args = mapSchema(z.strictObject(shape), ({ dest, flat = false, ...rest }): Fetch => {
  const path = dest instanceof URL ? fileURLToPath(dest) : dest
  return { ...rest, target: { src: rest.src, dest: resolve(path), flat, into: path.endsWith('/') } }
})
