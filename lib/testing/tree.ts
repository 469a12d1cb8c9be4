import { createHash } from 'node:crypto'
import { lstatSync, readFileSync, readdirSync, readlinkSync } from 'node:fs'
import { join, relative } from 'node:path'

/** What lies in a folder: kind, mode, owner, and what it holds or leads to, by path. Times are left out. */
export type Tree = Readonly<Record<string, string>>

/** Reads a folder, and all below it. */
export function readTree(folder: string): Tree {
  const tree: Record<string, string> = {}
  const visit = (path: string): void => {
    const stat = lstatSync(path)
    const mode = (stat.mode & 0o7777).toString(8).padStart(4, '0')
    const access = `${mode} ${stat.uid}:${stat.gid}`
    const name = relative(folder, path) || '.'
    if (stat.isSymbolicLink()) tree[name] = `link to ${readlinkSync(path)}`
    else if (stat.isDirectory()) {
      tree[name] = `folder ${access}`
      for (const entry of readdirSync(path).toSorted()) visit(join(path, entry))
    } else if (stat.isFile()) tree[name] = `file ${access} ${fileText(path)}`
    else tree[name] = `special file ${access}`
  }
  visit(folder)
  return tree
}

/** The first few differences in words; empty when there is none. */
export function treeDifferences(before: Tree, after: Tree): readonly string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted()
  return names
    .filter((name) => before[name] !== after[name])
    .map((name) => `${name}: ${before[name] ?? 'absent'} → ${after[name] ?? 'absent'}`)
}

const SHOWN = 60

function fileText(path: string): string {
  const body = readFileSync(path)
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 12)
  const text = JSON.stringify(body.toString('utf8', 0, SHOWN))
  return body.length > SHOWN ? `${body.length} bytes ${hash} ${text}…` : text
}
