import { UserError } from '../../../core/errors.ts'
import { type Access, accessChanges, isSetgid, wantedAccess } from '../../shared/access.ts'
import { dockerignore } from '../../shared/dockerignore.ts'
import { folderOf } from '../../shared/parent-folders.ts'
import type { Stat } from '../../shared/stat.ts'
import type { CopyTree } from './args.ts'
import type { LocalContent, LocalEntry } from './local-tree.ts'
import { type CopyTreeState, pathOf } from './state.ts'

/** Something that is copied, and what becomes of it. */
export interface Item {
  readonly entry: LocalEntry
  /** On the host. */
  readonly path: string
  readonly here: Stat
  /** What it is to have. */
  readonly access: Access
  /** What is there is something else: it is removed first. */
  readonly replaced: boolean
  /**
   * - `make`: a directory or a link is made
   * - `write`: a file gets its content
   * - `mend`: mode or owner change
   * - `keep`: nothing changes
   */
  readonly does: 'make' | 'write' | 'mend' | 'keep'
}

/** A file that gets its content. */
export interface WrittenItem extends Item {
  readonly file: LocalContent
}

export interface Work {
  /** In the order of the folder: what is above comes first. */
  readonly items: readonly Item[]
  /** What is removed: a directory with all that is in it. */
  readonly removed: readonly Removed[]
}

export interface Removed {
  readonly path: string
  readonly isDirectory: boolean
}

export function workOf(given: CopyTree, state: CopyTreeState): Work {
  const becomes = new Map<string, Stat>()
  const items = given.tree.value.map((entry): Item => {
    const item = itemOf(given, state, entry, becomes.get(folderOf(pathOf(given.dest, entry.path))))
    becomes.set(item.path, after(item))
    return item
  })
  return { items, removed: removedBy(given, state) }
}

const ABSENT: Stat = { type: 'absent' }
const FOLDER: Stat = { type: 'directory', mode: '0755' }

function itemOf(given: CopyTree, state: CopyTreeState, entry: LocalEntry, folder = outside(state)): Item {
  const path = pathOf(given.dest, entry.path)
  const here = state.here.get(path) ?? ABSENT
  const replaced = here.type !== 'absent' && here.type !== entry.type
  if (replaced) assertReplaceable(given, entry, path, here)
  const kept = replaced ? ABSENT : here
  const asked = askedAccess(given, entry)
  const access = wantedAccess(asked, state.access, kept, folder, {
    type: entry.type,
    mode: newMode(entry, folder),
  })
  const item = { entry, path, here, access, replaced }
  if (entry.type === 'file' && kept.type === 'absent') return { ...item, does: 'write' }
  if (entry.type !== 'file' && (kept.type === 'absent' || kept.target !== entry.target))
    return { ...item, does: 'make' }
  const differs =
    entry.type === 'file' && state.sums.get(path) !== entry.file?.sha256 && given.force !== false
  if (differs) return { ...item, does: 'write' }
  const mends = given.force !== false || entry.type !== 'file'
  return { ...item, does: mends && accessChanges(asked, kept, access).length > 0 ? 'mend' : 'keep' }
}

/** The folder that `dest` lies in, as far as it is there. */
const outside = ({ above }: CopyTreeState): Stat =>
  above.findLast(({ stat }) => stat.type !== 'absent')?.stat ?? FOLDER

// A link that stands for a file gives way to it, as for copy; another thing may be somebody's data.
function assertReplaceable(given: CopyTree, entry: LocalEntry, path: string, here: Stat): void {
  const gives = entry.type !== 'directory' && here.type !== 'directory' && here.type !== 'other'
  if (gives || (given.delete === true && entry.path !== '')) return
  const is = here.type === 'link' ? `link to ${here.target}` : here.type
  throw new UserError('E_OTHER_KIND', `${path} is a ${is}, not a ${entry.type}`, {
    hint:
      entry.path === ''
        ? 'Set dest to the path of a directory, without links.'
        : 'Remove it with file(…, { state: absent }), or set delete: true, which replaces it.',
  })
}

const askedAccess = ({ mode, directoryMode, owner, group }: CopyTree, { type, mode: local }: LocalEntry) => ({
  mode:
    type === 'link' ? undefined : type === 'directory' ? directoryMode : mode === 'preserve' ? local : mode,
  owner,
  group,
})

export const accessChangesOf = (given: CopyTree, { entry, here, access }: Item) =>
  accessChanges(askedAccess(given, entry), here, access)

function newMode({ type, mode }: LocalEntry, folder: Stat): string {
  if (type === 'link') return '0777'
  if (type === 'directory') return isSetgid(folder) ? '2755' : '0755'
  return (Number.parseInt(mode, 8) & 0o100) === 0 ? '0644' : '0755'
}

/** What will be there. */
export function after({ entry, here, access, does }: Item): Stat {
  if (does === 'keep') return here
  const { type, file, target } = entry
  const size = does === 'mend' ? here.size : file?.size
  return {
    type,
    ...access,
    ...(size === undefined || type !== 'file' ? {} : { size }),
    ...(target === undefined ? {} : { target }),
  }
}

/** What lies at `dest` and not in the folder. A directory goes as a whole, unless something excluded is in it. */
function removedBy({ dest, tree, exclude }: CopyTree, { listed }: CopyTreeState): readonly Removed[] {
  if (listed === undefined) return []
  const ours = new Set(tree.value.map(({ path }) => path))
  const ignored = dockerignore(exclude.join('\n'))
  const all = [...listed.directories, ...listed.others]
  const kept = new Set(all.filter((path) => ignored(path)).flatMap((path) => [path, ...foldersOf(path)]))
  const goes = (path: string): boolean => !ours.has(path) && !kept.has(path)
  const directories = new Set(listed.directories.filter(goes))
  const others = listed.others.filter(goes)
  const top = (path: string): boolean => !foldersOf(path).some((folder) => directories.has(folder))
  return [
    ...[...directories].filter(top).map((path) => ({ path: pathOf(dest, path), isDirectory: true })),
    ...others.filter(top).map((path) => ({ path: pathOf(dest, path), isDirectory: false })),
  ]
}

/** The folders that a relative path lies in. */
export const foldersOf = (path: string): string[] =>
  path
    .split('/')
    .slice(0, -1)
    .map((_, i, parts) => parts.slice(0, i + 1).join('/'))
