import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'
import { mapSchema } from '../../../core/map-schema.ts'
import { absolutePath, fileMode } from '../../../core/schemas.ts'
import { accessArgs } from '../../shared/access.ts'
import { type Payload, filePayload } from '../../shared/payload.ts'
import { formatOf } from './format.ts'

const names = z
  .array(
    z
      .string()
      .regex(/^[^\0\n\r/][^\0\n\r]*$/, 'must be a name below dest, without a slash at its beginning')
      .refine(
        (name) => !/(^|\/)\.{0,2}(\/|$)/.test(name),
        'must not contain //, /./ or /../, or end in a slash',
      ),
  )
  .min(1)
  .readonly()

const own = {
  /**
   * The archive, whose name ends in `.tar`, `.tar.gz`, `.tgz`, `.tar.xz`, `.txz`, `.tar.bz2`, `.tbz2`, `.tar.zst` or `.zip`: a file on
   * your machine, as `src` of {@link copy}, or with `remoteSrc` its absolute path on the host.
   */
  src: z.union([
    z
      .string()
      .regex(/^[^\0\n\r]+$/, 'must be a path without line breaks')
      .refine(
        (path) => formatOf(path) !== undefined,
        'must end in .tar, .tar.gz, .tar.xz, .tar.bz2, .tar.zst or .zip',
      ),
    z.instanceof(URL),
  ]),
  /** The archive is on the host already. @default false */
  remoteSrc: z.boolean().optional(),
  /** Absolute path of the directory to unpack into. It must exist. */
  dest: absolutePath,
  /**
   * A path below `dest` that the archive brings. The archive is unpacked only if this path is missing, and the path appears only
   * when all the rest is there. For another version of the archive, name a path that has the version in it.
   */
  creates: absolutePath,
  /** Leave out so many directories at the beginning of each name in the archive. Not for zip. @default 0 */
  stripComponents: z.int().min(0).optional(),
  /**
   * Unpack only these names and what is below them: as they lie below `dest`, such as `app/bin`. `*` stands for any text, slashes too. A name that the
   * archive does not bring is an error.
   *
   * @default all
   */
  include: names.optional(),
  /** Leave out these names and what is below them, as for `include`. @default nothing */
  exclude: names.optional(),
  /** Mode of all files that are unpacked: four octal digits in quotes, such as `'0644'`. Directories keep theirs. @default as in the archive */
  mode: fileMode.optional(),
  /**
   * Give files the owner and group that the archive says, by number, keep setuid and setgid bits, and make devices and named
   * pipes, which are an error otherwise. Needs root. Not for zip.
   *
   * @default false
   */
  sameOwner: z.boolean().optional(),
  /** Name or numeric ID of the owner of all that is unpacked. @default the user that runs the task */
  owner: accessArgs.owner,
  /** Name or numeric ID of the group of all that is unpacked. @default the group of the user that runs the task */
  group: accessArgs.group,
}

export interface UnarchiveArgs extends ArgsOf<typeof own> {}

const schema = z
  .strictObject(own)
  .refine(({ dest, creates }) => creates.startsWith(`${dest === '/' ? '' : dest}/`) && creates !== dest, {
    path: ['creates'],
    error: 'must be below dest',
  })
  .refine(({ src, remoteSrc }) => remoteSrc !== true || (typeof src === 'string' && src.startsWith('/')), {
    path: ['src'],
    error: 'must be an absolute path on the host, with remoteSrc: true',
  })
  .refine(({ src }) => formatOf(pathOf(src)) !== undefined, {
    path: ['src'],
    error: 'must end in .tar, .tar.gz, .tar.xz, .tar.bz2, .tar.zst or .zip',
  })
  .refine(
    ({ sameOwner, owner, group }) => sameOwner !== true || (owner === undefined && group === undefined),
    {
      path: ['sameOwner'],
      error: 'either sameOwner, or owner and group, not both',
    },
  )
  .refine(
    ({ src, stripComponents = 0, sameOwner = false }) =>
      formatOf(pathOf(src)) !== 'zip' || (stripComponents === 0 && !sameOwner),
    { path: ['src'], error: 'is a zip, for which there is neither stripComponents nor sameOwner' },
  )

const pathOf = (src: string | URL): string => (src instanceof URL ? fileURLToPath(src) : src)

/** The arguments, with what is sent. */
export interface Unarchive extends Omit<UnarchiveArgs, 'src'> {
  readonly src: string
  /** Undefined where the archive is on the host. */
  readonly payload: Payload | undefined
  /** Where `creates` is below `dest`. */
  readonly within: string
}

export const args = mapSchema(schema, ({ src, remoteSrc, ...rest }): Unarchive => {
  const path = pathOf(src)
  return {
    ...rest,
    remoteSrc,
    src: path,
    payload: remoteSrc === true ? undefined : filePayload(path),
    within: posix.relative(rest.dest, rest.creates),
  }
})
