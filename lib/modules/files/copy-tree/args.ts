import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as z from '../../../core/lazy-zod.ts'
import type { ArgsOf } from '../../../core/args-of.ts'
import { mapSchema } from '../../../core/map-schema.ts'
import { absolutePath } from '../../../core/schemas.ts'
import { accessArgs } from '../../shared/access.ts'
import { Loaded } from '../../shared/loaded.ts'
import { modeArg } from '../../shared/mode.ts'
import { isGuarded } from '../file/protected-paths.ts'
import { type LocalEntry, assertLocalFolder, readLocalTree } from './local-tree.ts'

const shape = {
  /**
   * A directory on your machine. What is in it is copied, not the directory itself, with or without a slash at its end. A relative path is
   * relative to the folder in which you start run-playbook; for a directory beside the role: `new URL('files/html', import.meta.url)`.
   */
  src: z.union([z.string().min(1), z.instanceof(URL)]),
  /** Absolute path of the directory on the host that gets the content. It is created with its parents if it is missing. */
  dest: absolutePath,
  /**
   * Remove what is in `dest` and not in `src`, except for what `exclude` says. What is in the way is replaced too. Refused for
   * `/`, `/etc` and other system paths.
   *
   * @default false: other files stay, and a directory in the place of a file is an error, or the other way round
   */
  delete: z.boolean().optional(),
  /**
   * Patterns of what is neither copied nor removed, as in a `.dockerignore`: paths below `src`, such as `cache` or `logs/*.log`; `**` is any
   * number of directories. One that begins with `!` takes in again what an earlier one left out.
   *
   * @default nothing
   */
  exclude: z
    .array(z.string().regex(/^[^\0\n\r]+$/, 'must be one line'))
    .readonly()
    .optional(),
  /**
   * Mode of the files: four octal digits in quotes, such as `'0640'`, symbols, such as `'u=rw,g=r,o='`, or `'preserve'` for the mode that each file has on your machine.
   *
   * @default an existing file keeps its mode; a new one gets 0644, or 0755 if it is executable on your machine
   */
  mode: modeArg.or(z.literal('preserve')).optional(),
  /** Mode of the directories, `dest` too, as for files. @default an existing directory keeps its mode; a new one gets 0755 */
  directoryMode: modeArg.optional(),
  /** Name or numeric ID of the owner of all that is copied, and of `dest`. @default that of an existing file, otherwise the user that runs the task */
  owner: accessArgs.owner,
  /** Name or numeric ID of the group of all that is copied, and of `dest`. @default that of an existing file, otherwise the group of the user that runs the task */
  group: accessArgs.group,
  /** `false` leaves files that are there as they are, whatever they contain. @default true */
  force: z.boolean().optional(),
  /** Copy what links on your machine lead to. With `false`, links are copied as links. @default true */
  localFollow: z.boolean().optional(),
}

export interface CopyTreeArgs extends ArgsOf<typeof shape> {}

const schema = z
  .strictObject(shape)
  .refine(({ dest, delete: deletes }) => deletes !== true || !isGuarded(dest), {
    path: ['delete'],
    error: 'is refused for a system path as dest',
  })

/** The arguments, with what is in the folder. */
export interface CopyTree extends Omit<CopyTreeArgs, 'src'> {
  readonly src: string
  readonly exclude: readonly string[]
  readonly tree: Loaded<readonly LocalEntry[]>
}

export const args = mapSchema(schema, ({ src, exclude = [], ...rest }): CopyTree => {
  const folder = resolve(src instanceof URL ? fileURLToPath(src) : src)
  assertLocalFolder(folder)
  const follow = rest.localFollow ?? true
  return { ...rest, src: folder, exclude, tree: new Loaded(() => readLocalTree(folder, { exclude, follow })) }
})
