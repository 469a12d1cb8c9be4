import { HOST, SEEDS, SET, type Work, foldersOf } from './tasks.ts'
import { fileText, rendered, seedText } from './texts.ts'
import type { Entry, Tree } from './tree.ts'

/** What is on a host before the first run. */
export function before(works: readonly Work[]): Tree {
  const sets = Array.from({ length: works.length / SET }, (_, set) => foldersOf(set).etc)
  return sorted(
    sets.flatMap((etc): [string, Entry][] => [
      [etc, { type: 'directory', mode: '755' }],
      ...SEEDS.map((name): [string, Entry] => [
        `${etc}/${name}`,
        { type: 'file', mode: '644', content: seedText(name) },
      ]),
    ]),
  )
}

/** What has to be on it afterwards. */
export function after(works: readonly Work[], host: string): Tree {
  const tree = new Map(before(works))
  for (const work of works) {
    if (work.kind === 'package' || work.kind === 'check') continue
    tree.set(work.path, made(work, host, tree.get(work.path)))
  }
  return sorted([...tree])
}

function made(
  work: Exclude<Work, { kind: 'package' | 'check' }>,
  host: string,
  old: Entry | undefined,
): Entry {
  if (work.kind === 'directory') return { type: 'directory', mode: work.mode.replace(/^0/, '') }
  if (work.kind === 'link') return { type: 'link', target: work.target }
  return { type: 'file', mode: '644', content: content(work, host, old?.type === 'file' ? old.content : '') }
}

function content(
  work: Extract<Work, { kind: 'template' | 'copy' | 'line' | 'once' }>,
  host: string,
  old: string,
): string {
  if (work.kind === 'template') return rendered(work.source, work.vars).replaceAll(HOST, host)
  if (work.kind === 'copy') return fileText(work.source)
  if (work.kind === 'once') return `${work.script.replace(/^echo /, '')}\n`
  const changed = old.replace(new RegExp(`${work.regexp}.*$`, 'm'), work.line)
  return changed.split('\n').includes(work.line) ? changed : `${old}${work.line}\n`
}

/** What somebody changed by hand before the dry run: these in each set. */
export const DRIFTS = 4

/** The state before the dry run: of each set a file, the mode of a directory, a line and a link are not as they should be. */
export function drifted(wanted: Tree): Tree {
  return new Map(
    [...wanted].flatMap(([path, entry]): [string, Entry][] => {
      if (path.endsWith('/bin/data')) return []
      if (path.endsWith('/conf/3.conf') && entry.type === 'file')
        return [[path, { ...entry, content: `${entry.content}by_hand = 1\n` }]]
      if (path.endsWith('/log') && entry.type === 'directory') return [[path, { ...entry, mode: '700' }]]
      if (path.endsWith('/limits.conf') && entry.type === 'file')
        return [[path, { ...entry, content: entry.content.replace(/^third = .*\n/m, '') }]]
      return [[path, entry]]
    }),
  )
}

const sorted = (entries: readonly [string, Entry][]): Tree =>
  new Map(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)))
