import { UserError } from '../../../core/errors.ts'
import type { Change } from '../../../core/change.ts'
import type { Plan } from '../../../core/module.ts'
import { type Prediction, predict, question } from '../../../core/probe.ts'
import { freshAccess, isSetgid, sameAccounts } from '../../shared/access.ts'
import { program } from '../../shared/program.ts'
import { type ParentFolder, assertSafe } from '../../shared/safe-path.ts'
import { sha256 } from '../../shared/sha256.ts'
import { type Stat, stat } from '../../shared/stat.ts'
import { readBody } from '../../shared/text.ts'
import { dockerignore } from '../../shared/dockerignore.ts'
import type { CopyTree } from './args.ts'
import { type Listed, listed, sorted } from './listed.ts'
import { type CopyTreeState, pathOf } from './state.ts'
import { type Item, type Removed, type Work, accessChangesOf, after, foldersOf, workOf } from './work.ts'

/** So many changes are named, the others are counted. */
const NAMED = 20

export function planCopyTree(given: CopyTree, state: CopyTreeState): Plan {
  const work = workOf(given, state)
  assertPossible(given, state, work)
  const all = [
    ...work.items.flatMap((item) => changesOf(given, state, item)),
    ...work.removed.map((one) => removal(given, one)),
  ]
  if (all.length === 0) return { changes: [], because: `already ${work.items.length} files and directories` }
  const more = all.length - NAMED
  const changes = more <= 1 ? all : [...all.slice(0, NAMED), { what: 'more', to: `${more} changes` }]
  return { changes, leaves: leaves(given, state, work) }
}

const named = ({ dest }: CopyTree, path: string): string =>
  path === dest ? dest : path.slice(dest === '/' ? 1 : dest.length + 1)

function changesOf(given: CopyTree, state: CopyTreeState, item: Item): Change[] {
  const { entry, path, here, does, replaced } = item
  const what = named(given, path)
  if (does === 'keep') return []
  if (does === 'mend')
    return accessChangesOf(given, item).map((change) => ({ ...change, what: `${what} ${change.what}` }))
  if (does === 'make') {
    const from = here.type === 'link' ? `link to ${here.target}` : here.type
    return [{ what, from, to: entry.type === 'link' ? `link to ${entry.target}` : entry.type }]
  }
  const { file } = entry
  if (file === undefined) return []
  const sum = replaced ? undefined : state.sums.get(path)
  const hash = (sum256: string): string => sum256.slice(0, 12)
  const from = replaced ? here.type : sum === undefined ? 'absent' : hash(sum)
  const change: Change = { what, from, to: hash(file.sha256) }
  if (file.text === undefined) return [change]
  return [{ ...change, body: { path, wanted: file.text, now: question(readBody, path) } }]
}

const removal = (given: CopyTree, { path, isDirectory }: Removed): Change => ({
  what: named(given, path),
  from: isDirectory ? 'directory' : 'file',
  to: 'absent',
})

function assertPossible({ dest }: CopyTree, state: CopyTreeState, { items, removed }: Work): void {
  const blocked = state.above.find(({ stat: { type } }) => type === 'file' || type === 'other')
  if (blocked !== undefined)
    throw new UserError('E_NOT_A_DIRECTORY', `${blocked.path} is not a directory, so ${dest} cannot be in it`)
  const changed = items.filter(({ does }) => does !== 'keep').map(({ path }) => path)
  const folders = new Set(
    [...changed, ...removed.map(({ path }) => path)].flatMap((path) => chain(dest, path)),
  )
  // As they will be then: what is given to somebody is not in the way of what comes into it.
  const becomes = new Map(items.map((item) => [item.path, after(item)]))
  const at = (path: string): ParentFolder => ({ path, stat: becomes.get(path) ?? { type: 'absent' } })
  for (const folder of folders)
    assertSafe(`${folder}/x`, [...state.above, ...chain(dest, folder).map(at), at(folder)], state.access)
  if (folders.size === 0 && changed.length > 0) assertSafe(dest, state.above, state.access)
  if (!state.tar && items.some(({ does, entry }) => does === 'write' && entry.file?.bytes !== undefined))
    throw new UserError('E_NO_UNPACKER', 'the host has no tar', { hint: 'Install it in an earlier task.' })
}

/** The folder itself and those below it that a path lies in. */
const chain = (dest: string, path: string): string[] => {
  if (path === dest) return []
  return [
    dest,
    ...foldersOf(path.slice(dest === '/' ? 1 : dest.length + 1)).map((folder) => pathOf(dest, folder)),
  ]
}

function leaves(given: CopyTree, state: CopyTreeState, work: Work): Prediction[] {
  return [
    ...work.items.flatMap((item) => leavesOf(state, item)),
    ...foldersAbove(state, work),
    ...(state.listed === undefined ? [] : [predict(listed, given.dest, listedAfter(given, state.listed))]),
    ...sameAccounts(state.access),
    predict(program, 'tar', state.tar),
  ]
}

function leavesOf(state: CopyTreeState, item: Item): Prediction[] {
  const { entry, path, does } = item
  const is = predict(stat, path, after(item))
  if (entry.type !== 'file' || entry.file === undefined) return [is]
  if (does !== 'write') return [is, predict(sha256, path, state.sums.get(path))]
  const { sha256: sum, text } = entry.file
  return [is, predict(sha256, path, sum), ...(text === undefined ? [] : [predict(readBody, path, text)])]
}

/** Folders on the way to `dest` that are made get 0755, and what a setgid folder hands down. */
function foldersAbove({ above, access }: CopyTreeState, { items: [root] }: Work): Prediction[] {
  const outer = above.findLast(({ stat: { type } }) => type !== 'absent')?.stat ?? { type: 'directory' }
  const makes = root?.does === 'make'
  const mode = isSetgid(outer) ? '2755' : '0755'
  const made: Stat = { type: 'directory', mode, ...freshAccess(access, outer) }
  // Whether the folder at the end of a link hands down its group is not known.
  const known = outer.type !== 'link'
  return above.flatMap(({ path, stat: is }) =>
    is.type !== 'absent' || !makes ? [predict(stat, path, is)] : known ? [predict(stat, path, made)] : [],
  )
}

function listedAfter({ tree, exclude }: CopyTree, { directories, others }: Listed): Listed {
  const ignored = dockerignore(exclude.join('\n'))
  const all = [...directories, ...others]
  const kept = new Set(all.filter((path) => ignored(path)).flatMap((path) => [path, ...foldersOf(path)]))
  const own = (isDirectory: boolean): string[] =>
    tree.value.flatMap(({ path, type }) =>
      path !== '' && (type === 'directory') === isDirectory ? [path] : [],
    )
  return {
    directories: sorted(new Set([...directories.filter((path) => kept.has(path)), ...own(true)])),
    others: sorted(new Set([...others.filter((path) => kept.has(path)), ...own(false)])),
  }
}
