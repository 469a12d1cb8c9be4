import type { CopyTreeArgs } from '../../../../lib/modules/index.ts'
import type { Tree } from '../tree.ts'

export const SOURCE: Tree = {
  'a.txt': '644 a\n',
  bin: '755/',
  'bin/run': '755 #!/bin/sh\n',
  empty: '755/',
  'x y $(z)': '600 x',
}

interface Case {
  readonly source?: Tree
  /** What is there; nothing where undefined. */
  readonly before?: Tree
  readonly args?: Partial<CopyTreeArgs>
  /** What is there afterwards, or what it fails with. */
  readonly after: Tree | RegExp
  /** How Ansible's copy differs. @default it does the same */
  readonly differs?: string
  /** With remote_src, which copies on the host and is faster, Ansible does something else: it is compared with files that are sent. */
  readonly sent?: true
}

const COPIED: Tree = { ...SOURCE, 'x y $(z)': '644 x' }

/** Behaviours of Ansible's `copy` and `synchronize` with a directory, in our words. */
export const CASES: Readonly<Record<string, Case>> = {
  'copies all that is in it': { after: COPIED, differs: 'bin/run is not executable' },
  'leaves what is there already': { before: COPIED, after: COPIED },
  'leaves other files': {
    before: { other: '600 o', bin: '755/', 'bin/other': '644 o' },
    after: { ...COPIED, other: '600 o', 'bin/other': '644 o' },
    differs: 'bin/run is not executable',
  },
  'changes what differs, and keeps its mode': {
    before: { ...COPIED, 'a.txt': '640 old' },
    after: { ...COPIED, 'a.txt': '640 a\n' },
    sent: true,
  },
  'gives files and directories their mode': {
    before: { bin: '700/', 'a.txt': '600 a\n' },
    args: { mode: '0640', directoryMode: '0750' },
    after: {
      'a.txt': '640 a\n',
      bin: '750/',
      'bin/run': '640 #!/bin/sh\n',
      empty: '750/',
      'x y $(z)': '640 x',
    },
    differs: 'a directory that is there keeps its mode',
  },
  'begins with the mode of each file and directory': {
    before: { bin: '700/', 'a.txt': '600 a\n' },
    args: { mode: 'g+rw', directoryMode: 'o-rx,g+w' },
    after: {
      'a.txt': '660 a\n',
      bin: '720/',
      'bin/run': '775 #!/bin/sh\n',
      empty: '770/',
      'x y $(z)': '664 x',
    },
    differs: 'bin/run is not executable, and a directory that is there keeps its mode',
  },
  'keeps the modes of this machine': {
    before: COPIED,
    args: { mode: 'preserve' },
    after: SOURCE,
    sent: true,
  },
  'leaves files that are there, with force: false': {
    before: { 'a.txt': '600 mine' },
    args: { force: false, mode: '0644' },
    after: { ...COPIED, 'a.txt': '600 mine', 'bin/run': '644 #!/bin/sh\n' },
    sent: true,
  },
  'removes what is not in it, with delete': {
    before: {
      ...COPIED,
      other: '644 o',
      old: '755/',
      'old/deep': '755/',
      'old/deep/x': '644 x',
      'bin/old': '644 o',
      'bin/-n': '644 n',
      'empty/full': '-> ../bin',
    },
    args: { delete: true },
    after: COPIED,
    differs: 'copy cannot',
  },
  'neither copies nor removes what is excluded': {
    source: { ...SOURCE, cache: '755/', 'cache/new': '644 n', 'a.log': '644 l' },
    before: {
      cache: '755/',
      'cache/old': '644 o',
      keep: '755/',
      'keep/x.log': '644 x',
      'keep/gone': '644 g',
    },
    args: { delete: true, exclude: ['cache', '**/*.log'] },
    after: { ...COPIED, cache: '755/', 'cache/old': '644 o', keep: '755/', 'keep/x.log': '644 x' },
    differs: 'copy cannot',
  },
  'copies what links lead to': {
    source: { a: '644 a', link: '-> a', d: '755/', 'd/x': '644 x', e: '-> d' },
    after: { a: '644 a', link: '644 a', d: '755/', 'd/x': '644 x', e: '755/', 'e/x': '644 x' },
    sent: true,
  },
  'copies links, with localFollow: false': {
    source: { a: '644 a', link: '-> a', broken: '-> no where', e: '-> ..' },
    before: { link: '-> b', e: '644 file' },
    args: { localFollow: false },
    after: { a: '644 a', link: '-> a', broken: '-> no where', e: '-> ..' },
    sent: true,
  },
  'puts a file in the place of a link': {
    before: { 'a.txt': '-> other', other: '600 o' },
    after: { ...COPIED, other: '600 o' },
    differs: 'it writes through the link',
  },
  'refuses a directory in the place of a file': {
    before: { 'a.txt': '755/' },
    after: /a\.txt is a directory, not a file/,
    differs: 'it leaves what is in the way, copies the rest, and says nothing',
  },
  'refuses a file in the place of a directory': {
    before: { bin: '644 b' },
    after: /bin is a file, not a directory/,
    differs: 'it leaves what is in the way, copies the rest, and says nothing',
  },
  'refuses a link in the place of a directory': {
    before: { bin: '-> other', other: '755/' },
    after: /bin is a link to other, not a directory/,
    differs: 'it writes through the link',
  },
  'replaces what is in the way, with delete': {
    before: { bin: '-> nowhere', 'a.txt': '755/', 'a.txt/x': '644 x', empty: '644 e' },
    args: { delete: true },
    after: COPIED,
    differs: 'copy cannot',
  },
  'copies nothing': { source: {}, after: {} },
}
