import { posix } from 'node:path'
import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'
import { mapSchema } from '../../../core/map-schema.ts'
import { absolutePath } from '../../../core/schemas.ts'
import { accessArgs } from '../../shared/access.ts'
import { formatOf } from '../unarchive/format.ts'

const source = absolutePath.refine((path) => path !== '/', 'must not be /')

const own = {
  /** Absolute path of a file or directory on the host, or several. They are taken as they are written: `*` is a star. */
  path: z.union([source, z.array(source).min(1).readonly()]),
  /**
   * Absolute path of the archive on the host, whose name says what it is: `.tar`, `.tar.gz`, `.tgz`, `.tar.xz`, `.txz`, `.tar.bz2`, `.tbz2`,
   * `.tar.zst`, or `.zip`. Its directory must exist, and it must not lie in `path`.
   */
  dest: absolutePath.refine(
    (path) => formatOf(path) !== undefined,
    'must end in .tar, .tar.gz, .tar.xz, .tar.bz2, .tar.zst or .zip',
  ),
  /** Absolute paths in `path` that are left out, with what is below them. @default none */
  excludePath: z.array(absolutePath).readonly().optional(),
  /** Patterns of names that are left out, with what is below them, such as `*.log`. @default none */
  exclusionPatterns: z
    .array(z.string().regex(/^[^\0\n\r/]+$/, 'must be a pattern of a name, without a slash'))
    .readonly()
    .optional(),
  /** Four octal digits in quotes, such as `'0644'`, or symbols, such as `'g+r'`. @default an existing archive keeps its mode; a new one gets 0600 */
  mode: accessArgs.mode,
  /** Name or numeric ID of the owner of the archive. @default an existing archive keeps its owner; a new one belongs to the user that runs the task */
  owner: accessArgs.owner,
  /** Name or numeric ID of the group of the archive. @default an existing archive keeps its group; a new one gets the group of the user that runs the task */
  group: accessArgs.group,
}

export interface ArchiveArgs extends ArgsOf<typeof own> {}

const pathsOf = (path: string | readonly string[]): readonly string[] =>
  typeof path === 'string' ? [path] : [...new Set(path)].toSorted()

const isIn = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`)

const schema = z.strictObject(own).refine(({ path, dest }) => !pathsOf(path).some((one) => isIn(dest, one)), {
  path: ['dest'],
  error: 'must not lie in what is archived: each new archive would change it',
})

/** The arguments, with where names begin. */
export interface Archive extends Omit<ArchiveArgs, 'path'> {
  readonly paths: readonly string[]
  /** The innermost directory that all paths lie in: names in the archive begin there. */
  readonly root: string
}

export const args = mapSchema(schema, ({ path, ...rest }): Archive => {
  const paths = pathsOf(path)
  return { ...rest, paths, root: paths.map((one) => posix.dirname(one)).reduce(common) }
})

function common(a: string, b: string): string {
  let folder = a
  while (folder !== '/' && !isIn(b, folder)) folder = posix.dirname(folder)
  return folder
}
