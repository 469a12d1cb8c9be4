import { posix } from 'node:path'
import type { ShellStep } from '../../../core/module.ts'
import { createHash } from 'node:crypto'
import { quote, sh } from '../../../core/sh.ts'
import { type Had, accessCommands, freshAccess } from '../../shared/access.ts'
import { applyInstall } from '../../shared/apply-install.ts'
import { groupBy } from '../../../core/group-by.ts'
import { folderOf } from '../../shared/parent-folders.ts'
import { tar } from '../../shared/tar.ts'
import type { CopyTree } from './args.ts'
import { BEGIN, RECEIVE, inFolder } from './script.ts'
import type { CopyTreeState } from './state.ts'
import { type Item, type Removed, type Work, type WrittenItem, after, workOf } from './work.ts'
import { restoreLabels } from '../../shared/labels.ts'

/** Bytes of files that are sent at a time. */
const AT_ONCE = 8 * 1024 * 1024

/*
 * What is in the way goes first, then directories are made from the outermost on, then come the files. New directories get their
 * owner last: until then nobody else can put something into them. A run that is stopped leaves whole files only.
 */
export function applyCopyTree(given: CopyTree, state: CopyTreeState): ShellStep[] {
  const work = workOf(given, state)
  const written = work.items.flatMap(writtenOf)
  const steps = [
    step([...removals(work), ...work.items.flatMap((item) => prepare(item, state))]),
    ...batches(written).map((batch) => send(batch, work, state)),
    ...written.flatMap((item) => stream(item, work, state)),
    step(work.items.flatMap((item) => giveAway(item, state)).reverse()),
    { script: restoreLabels(sh`-R ${given.dest}`) },
  ]
  return steps.flatMap((one) => one ?? [])
}

const step = (lines: readonly string[]): ShellStep | undefined =>
  lines.length === 0 ? undefined : { script: [BEGIN, ...lines].join('\n'), explains: true }

const writtenOf = (item: Item): readonly WrittenItem[] => {
  const { file } = item.entry
  return item.does === 'write' && file !== undefined ? [{ ...item, file }] : []
}

/** What was removed, and what has to give way to something else. */
function removals({ items, removed }: Work): string[] {
  // A link or a file gives way when the new file takes its place.
  const inTheWay = items.flatMap(({ path, here, replaced, entry }): Removed[] =>
    replaced && (here.type === 'directory' || entry.type === 'directory')
      ? [{ path, isDirectory: here.type === 'directory' }]
      : [],
  )
  const all = [...removed, ...inTheWay]
  const folders = [...new Set(all.map(({ path }) => folderOf(path)))]
  return folders.map((folder) =>
    inFolder(
      folder,
      all
        .filter(({ path }) => folderOf(path) === folder)
        .map(({ path, isDirectory }) => sh`gone ${posix.basename(path)} ${isDirectory ? '-rf' : '-f'}`),
    ),
  )
}

/** Makes a directory or a link, or mends what is there. */
function prepare(item: Item, state: CopyTreeState): string[] {
  const { entry, path, access, here, does } = item
  const name = posix.basename(path)
  if (does === 'make' && entry.path === '')
    return [sh`( make=yes; enter ${[...above(path), path]} )`, ...mendRoot(item, state)]
  if (does === 'make' && entry.type === 'directory')
    return [
      inFolder(folderOf(path), [sh`folder ${name} ${`0${access.mode}`} ${`${access.uid}:${access.gid}`}`]),
    ]
  if (does === 'make') {
    const owner = accessCommands(access, {}, '"$new"', true)
    return [inFolder(folderOf(path), [sh`link ${name} ${entry.target ?? ''}`, ...owner, sh`over ${name}`])]
  }
  if (does !== 'mend') return []
  return mend(item, accessCommands(access, here, '"$held"', entry.type === 'link'))
}

const mend = ({ path }: Item, commands: readonly string[]): string[] =>
  commands.length === 0
    ? []
    : [
        inFolder(folderOf(path), [
          `dest=$at/${quote(posix.basename(path))}`,
          sh`hold ${path}`,
          ...commands.map((command) => `${command} || explain ${quote(path)}`),
        ]),
      ]

/** The folder itself is made with its parents, as others are: 0755. */
const mendRoot = (item: Item, state: CopyTreeState): string[] => {
  const { mode } = item.access
  const fresh = { ...freshOf(item, state), mode: '0755' }
  return mode === '0755'
    ? []
    : mend(item, accessCommands({ ...item.access, ...freshOf(item, state), mode }, fresh, '"$held"'))
}

const above = (path: string): string[] => {
  const parts = path.split('/').slice(1, -1)
  return ['/', ...parts.map((_, i) => `/${parts.slice(0, i + 1).join('/')}`)]
}

const freshOf = (
  { entry }: Item,
  state: CopyTreeState,
): Required<Pick<Item['access'], 'uid' | 'gid' | 'owner' | 'group'>> => {
  const outer =
    entry.path === '' ? state.above.findLast(({ stat }) => stat.type !== 'absent')?.stat : undefined
  return freshAccess(state.access, outer ?? { type: 'directory' })
}

/** A new directory gets its owner when all is in it. */
function giveAway(item: Item, state: CopyTreeState): string[] {
  if (item.does !== 'make' || item.entry.type !== 'directory') return []
  const has: Had = { ...freshAccess(state.access, { type: 'directory' }), mode: item.access.mode }
  return mend(item, accessCommands(item.access, has, '"$held"'))
}

/** Files of one trip, by how much they hold. Those that are streamed are left out. */
function batches(items: readonly WrittenItem[]): (readonly WrittenItem[])[] {
  const found: WrittenItem[][] = []
  let size = Infinity
  for (const item of items) {
    const { bytes } = item.file
    if (bytes === undefined) continue
    size += bytes.length
    if (size > AT_ONCE) {
      found.push([])
      size = bytes.length
    }
    found.at(-1)?.push(item)
  }
  return found
}

/** In the archive files have numbers: their names are in the script. */
function send(items: readonly WrittenItem[], work: Work, state: CopyTreeState): ShellStep {
  const archive = tar(items.map(({ file: { bytes } }, i) => ({ path: `f/${i}`, type: 'file', body: bytes })))
  const sum = createHash('sha256').update(archive).digest('hex')
  const numberOf = new Map(items.map(({ path }, i) => [path, i]))
  const script = [
    BEGIN,
    sh`wanted=${sum}`,
    RECEIVE,
    ...accessOf(items, numberOf, work, state),
    ...[...groupBy(items, ({ path }) => folderOf(path))].map(([folder, files]) =>
      inFolder(
        folder,
        files.map(({ path }) => sh`put ${numberOf.get(path)} ${posix.basename(path)}`),
      ),
    ),
    'sync',
  ]
  return { script: script.join('\n'), stdin: archive, explains: true }
}

/** Owners and modes, of all files that have the same at once. Owners first: a change of owner takes setuid bits away. */
function accessOf(
  items: readonly WrittenItem[],
  numberOf: ReadonlyMap<string, number>,
  work: Work,
  state: CopyTreeState,
): string[] {
  const parents = new Map(work.items.map((item) => [item.path, after(item)]))
  const owner = ({ path, access: { uid, gid } }: WrittenItem): string => {
    const fresh = freshAccess(state.access, parents.get(folderOf(path)) ?? { type: 'directory' })
    return uid === fresh.uid && gid === fresh.gid ? '' : `${uid}:${gid}`
  }
  const numbers = (files: readonly WrittenItem[]): number[] =>
    files.flatMap(({ path }) => numberOf.get(path) ?? [])
  return [
    'cd "$work/f"',
    ...[...groupBy(items, owner)].flatMap(([who, files]) =>
      who === '' ? [] : [sh`chown ${who} ${numbers(files)}`],
    ),
    ...[...groupBy(items, ({ access }) => access.mode)].map(
      ([mode, files]) => sh`chmod ${`0${mode}`} ${numbers(files)}`,
    ),
  ]
}

/** A large file comes on its own, as with copy. */
function stream(item: WrittenItem, { items }: Work, state: CopyTreeState): ShellStep[] {
  const { path, here, access, file } = item
  const { payload } = file
  if (payload === undefined) return []
  const parent = items.find((one) => one.path === folderOf(path))
  const folder = parent === undefined ? { type: 'directory' as const } : after(parent)
  const { mode, uid, gid } = access
  const is = {
    here: here.type === 'directory' ? { type: 'absent' as const } : here,
    sha256: state.sums.get(path),
    folder,
    above: [],
  }
  const accounts = {
    ...state.access.accounts,
    [`user:${uid}`]: { id: uid, name: access.owner },
    [`group:${gid}`]: { id: gid, name: access.group },
  }
  return applyInstall({ dest: path, mode, owner: uid, group: gid, payload }, { ...is, access: { accounts } })
}
