import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join, relative } from 'node:path'

/** What is at a path. The mode is in octal, such as `644`. */
export type Entry =
  | { readonly type: 'directory'; readonly mode: string }
  | { readonly type: 'file'; readonly mode: string; readonly content: string }
  | { readonly type: 'link'; readonly target: string }

/** Everything below the folder of a host, by its path in there. A directory comes before what is in it. */
export type Tree = ReadonlyMap<string, Entry>

export function readTree(folder: string): Tree {
  // With types, because a plain list goes through links to directories.
  const found = readdirSync(folder, { recursive: true, withFileTypes: true })
  const names = found.map(({ parentPath, name }) => relative(folder, join(parentPath, name)))
  return new Map(names.toSorted().map((name) => [name, entryAt(join(folder, name))]))
}

function entryAt(path: string): Entry {
  const stats = lstatSync(path)
  if (stats.isSymbolicLink()) return { type: 'link', target: readlinkSync(path) }
  const mode = (stats.mode & 0o7777).toString(8)
  return stats.isDirectory()
    ? { type: 'directory', mode }
    : { type: 'file', mode, content: readFileSync(path, 'utf8') }
}

/** Makes the folder contain this tree and nothing else. The folder itself stays, because it is mounted somewhere. */
export function writeTree(folder: string, tree: Tree, owner: number): void {
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true })
  for (const [name, entry] of tree) writeEntry(join(folder, name), entry, owner)
}

function writeEntry(path: string, entry: Entry, owner: number): void {
  if (entry.type === 'link') return symlinkSync(entry.target, path)
  if (entry.type === 'directory') mkdirSync(path, { recursive: true })
  else writeFileSync(path, entry.content)
  chmodSync(path, Number.parseInt(entry.mode, 8))
  chownSync(path, owner, owner)
}
