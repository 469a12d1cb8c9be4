import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import type { FetchArgs } from '../../../../lib/modules/index.ts'

/** Files by path: `MODE CONTENT`, or `-> TARGET` of a link. A path that ends in a slash is a directory. */
export type Files = Readonly<Record<string, string>>

export function makeFiles(root: string, files: Files): void {
  mkdirSync(root, { recursive: true })
  for (const [path, what] of Object.entries(files)) {
    const at = join(root, path)
    mkdirSync(path.endsWith('/') ? at : dirname(at), { recursive: true })
    const [, mode = '', content] = /^(\d+) (.*)$/s.exec(what) ?? []
    if (what.startsWith('-> ')) symlinkSync(what.slice(3), at)
    else if (content !== undefined) {
      writeFileSync(at, content, 'latin1')
      chmodSync(at, Number.parseInt(mode, 8))
    }
  }
}

/** Without directories. */
export function filesOf(root: string, below = ''): Files {
  const found: Record<string, string> = {}
  for (const entry of readdirSync(join(root, below), { withFileTypes: true })) {
    const path = join(below, entry.name)
    const at = join(root, path)
    if (entry.isDirectory()) Object.assign(found, filesOf(root, path))
    else if (entry.isSymbolicLink()) found[path] = `-> ${readlinkSync(at)}`
    else found[path] = `${(lstatSync(at).mode & 0o7777).toString(8)} ${readFileSync(at, 'latin1')}`
  }
  return found
}

export interface Case {
  readonly host: Files
  /** What is there of it on this machine. `HOST` is the directory of the host. */
  readonly local?: Files
  /** Below the folder of the host. */
  readonly src: string
  /** Below the folder of this machine. */
  readonly dest?: string
  readonly args?: Partial<FetchArgs>
  /** What is there afterwards, or what it fails with; then all stays as it is. */
  readonly after: Files | RegExp
  /** @default it differs from `local` */
  readonly changed?: boolean
  /** How Ansible's fetch differs. @default it does the same, but for modes */
  readonly differs?: string
}

const ALL_BYTES = `600 ${String.fromCharCode(...Array.from({ length: 256 }, (_, i) => i))}`

/** Behaviours of Ansible's `fetch`, in our words. */
export const CASES: Readonly<Record<string, Case>> = {
  'below the name of the host': { host: { a: '644 a\n' }, src: 'a', after: { 'HOST/a': '600 a\n' } },
  'in directories that are missing': {
    host: { 'b/c/a': '644 a\n' },
    src: 'b/c/a',
    dest: 'x/y',
    after: { 'x/y/HOST/b/c/a': '600 a\n' },
  },
  'flat, with its own name': {
    host: { a: '644 a\n' },
    src: 'a',
    dest: 'x/',
    args: { flat: true },
    after: { 'x/a': '600 a\n' },
  },
  'flat, with another name': {
    host: { a: '644 a\n' },
    src: 'a',
    dest: 'x/b',
    args: { flat: true },
    after: { 'x/b': '600 a\n' },
  },
  'flat, to a directory without a slash': {
    host: { a: '644 a\n' },
    local: { 'x/other': '644 o' },
    src: 'a',
    dest: 'x',
    args: { flat: true },
    after: /x on your machine is a directory/,
  },
  'what is there already': {
    host: { a: '644 a\n' },
    local: { 'HOST/a': '644 a\n' },
    src: 'a',
    after: { 'HOST/a': '644 a\n' },
  },
  'what is there and differs; the mode stays': {
    host: { a: '644 a\n' },
    local: { 'HOST/a': '640 longer than it\n', 'HOST/other': '644 o' },
    src: 'a',
    after: { 'HOST/a': '640 a\n', 'HOST/other': '644 o' },
  },
  'an empty file': { host: { a: '644 ' }, src: 'a', after: { 'HOST/a': '600 ' } },
  'a file that only root may read': { host: { a: '000 a' }, src: 'a', after: { 'HOST/a': '600 a' } },
  'bytes of all kinds': { host: { a: ALL_BYTES }, src: 'a', after: { 'HOST/a': ALL_BYTES } },
  'strange names': {
    host: { '-x/y $(z)/`q`"\'': '644 a' },
    src: '-x/y $(z)/`q`"\'',
    after: { 'HOST/-x/y $(z)/`q`"\'': '600 a' },
  },
  'a file that is missing': { host: {}, src: 'a', after: /a does not exist on the host/ },
  'a file that may be missing': { host: {}, src: 'a', args: { failOnMissing: false }, after: {} },
  'a file that is missing now; the copy stays': {
    host: {},
    local: { 'HOST/a': '644 a\n' },
    src: 'a',
    args: { failOnMissing: false },
    after: { 'HOST/a': '644 a\n' },
  },
  'a directory': { host: { 'a/': '' }, src: 'a', after: /a is not a regular file, but a directory/ },
  'a directory that may be one': { host: { 'a/': '' }, src: 'a', args: { failOnMissing: false }, after: {} },
  'a link': {
    host: { b: '644 b', a: '-> b' },
    src: 'a',
    after: /a is a link to b/,
    differs: 'it follows links',
  },
  'to a directory of its name': {
    host: { a: '644 a\n' },
    local: { 'HOST/a/b': '644 b' },
    src: 'a',
    after: /a on your machine is a directory/,
  },
  'to a link of its name': {
    host: { a: '644 a\n' },
    local: { victim: '644 v', 'HOST/a': '-> ../victim' },
    src: 'a',
    after: /a on your machine is a link/,
    differs: 'it replaces the file that the link leads to',
  },
  'to a directory that is a link': {
    host: { 'b/a': '644 a\n' },
    local: { 'victim/x': '644 x', 'HOST/b': '-> ../../../../../victim' },
    src: 'b/a',
    after: /b on your machine is a link or a file, not a directory/,
    differs: 'it writes into the directory that the link leads to',
  },
  'to a directory that is a file': {
    host: { 'b/a': '644 a\n' },
    local: { 'HOST/b': '644 b' },
    src: 'b/a',
    after: /b on your machine is a link or a file, not a directory/,
  },
  'by a link of the operator': {
    host: { a: '644 a\n' },
    local: { 'real/other': '644 o', way: '-> real' },
    src: 'a',
    dest: 'way',
    after: { 'real/other': '644 o', 'real/HOST/a': '600 a\n', way: '-> real' },
  },
  'a file that is too large': {
    host: { a: '644 12345' },
    src: 'a',
    args: { maxBytes: 4 },
    after: /a has 5 bytes, more than 4/,
    differs: 'there is no limit',
  },
}

/** Where a case has its files. */
export const folders = (root: string, one: Case) => {
  const index = Object.values(CASES).indexOf(one)
  const [host, local] = [join(root, `${index}/host`), join(root, `${index}/local`)]
  const place = (path: string): string => path.replace('HOST', `host-1${host}`)
  const named = (files: Files): Files =>
    Object.fromEntries(Object.entries(files).map(([path, what]) => [place(path), what]))
  return { host, local, named }
}

export const argsOf = (root: string, one: Case): FetchArgs => {
  const { src, dest = '', args } = one
  const { host, local } = folders(root, one)
  return { src: join(host, src), dest: `${local}/${dest}`, ...args }
}

/** Makes the files of all cases. */
export function prepare(root: string): void {
  for (const one of Object.values(CASES)) {
    const at = folders(root, one)
    makeFiles(at.host, one.host)
    makeFiles(at.local, at.named(one.local ?? {}))
  }
}

/** Whether a case changes something on the operator's machine. */
export const isChanged = ({ local = {}, after }: Case): boolean =>
  JSON.stringify(local) !== JSON.stringify(after)
