import {
  chmodSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

/** What is in a folder, by path: `MODE CONTENT` of files, `MODE/` of directories, `-> TARGET` of links. */
export type Tree = Readonly<Record<string, string>>

/** `644@4711:1 text` belongs to user 4711 and group 1; without them it belongs to whoever runs the test. */
const WORDS = /^(\d+)(?:@(\d+):(\d+))?(?: (.*)|\/)$/s

/** How modules call the old file that they keep: ours with the time, Ansible's with the number of its process too. */
const BACKUP = /\.(?:\d{8}T\d{6}Z|\d+\.\d{4}-\d\d-\d\d@\d\d:\d\d:\d\d)~$/

/** What is in a folder; nothing where there is none. The name of a backup ends in `.TIME~`. */
export function treeOf(folder: string, below = ''): Tree {
  if (!existsSync(join(folder, below))) return {}
  const found: Record<string, string> = {}
  for (const name of readdirSync(join(folder, below)).sort()) {
    const path = below === '' ? name : `${below}/${name}`
    const is = lstatSync(join(folder, path))
    const owners = ownersOf(is.uid, is.gid)
    const mode = (is.mode & 0o7777).toString(8) + owners
    if (is.isSymbolicLink()) found[path] = `->${owners} ${readlinkSync(join(folder, path))}`
    else if (is.isDirectory()) Object.assign(found, { [path]: `${mode}/` }, treeOf(folder, path))
    else if (is.isFile())
      found[path.replace(BACKUP, '.TIME~')] = `${mode} ${readFileSync(join(folder, path), 'latin1')}`
    else found[path] = 'special'
  }
  return found
}

const ownersOf = (uid: number, gid: number): string =>
  uid === process.getuid?.() && gid === process.getgid?.() ? '' : `@${uid}:${gid}`

/** Makes it, by the same words. */
export function makeTree(folder: string, tree: Tree): void {
  mkdirSync(folder, { recursive: true })
  for (const [path, what] of Object.entries(tree)) {
    const at = join(folder, path)
    if (what.startsWith('-> ')) {
      symlinkSync(what.slice(3), at)
      continue
    }
    const [, mode = '', uid, gid, content] = WORDS.exec(what) ?? []
    if (content === undefined) mkdirSync(at)
    else writeFileSync(at, content, 'latin1')
    if (uid !== undefined) lchownSync(at, Number(uid), Number(gid))
    chmodSync(at, Number.parseInt(mode, 8))
  }
}
