import type { ArchiveArgs } from '../../../../lib/modules/index.ts'

type Tree = Readonly<Record<string, string>>

export const SOURCE: Tree = {
  'a.txt': '644 a\n',
  d: '750/',
  'd/-n': '644 n',
  'd/b.log': '600 b',
  'd/deep': '755/',
  'd/deep/x y $(z)': '755 x',
  'd/deep/[q]\\': '644 q',
  'd/empty': '755/',
  'd/link': '-> /nowhere',
  'other.log': '644 o',
}

export interface Case {
  /** Below the source. */
  readonly path: string | readonly string[]
  readonly args?: Partial<Omit<ArchiveArgs, 'path'>>
  readonly exclude?: readonly string[]
  /** What is in the archive: names below where they begin, or what it fails with. */
  readonly holds: readonly string[] | RegExp
}

const DEEP = ['d/deep', 'd/deep/[q]\\', 'd/deep/x y $(z)']

/** Behaviours of Ansible's `archive`, in our words. */
export const CASES: Readonly<Record<string, Case>> = {
  'a directory, below its name': {
    path: 'd',
    holds: ['d', 'd/-n', 'd/b.log', ...DEEP, 'd/empty', 'd/link'],
  },
  'a single file': { path: 'a.txt', holds: ['a.txt'] },
  'several, from the innermost directory that they share': {
    path: ['d/deep', 'd/b.log'],
    holds: ['b.log', 'deep', 'deep/[q]\\', 'deep/x y $(z)'],
  },
  'several of different levels': { path: ['d/deep', 'a.txt'], holds: ['a.txt', ...DEEP] },
  'a link to nothing': { path: 'd/link', holds: ['link'] },
  'a name that looks like an option': { path: 'd/-n', holds: ['-n'] },
  'without a path': {
    path: 'd',
    exclude: ['d/deep', 'd/empty', 'd/[q]'],
    holds: ['d', 'd/-n', 'd/b.log', 'd/link'],
  },
  'without patterns': {
    path: ['d', 'other.log'],
    args: { exclusionPatterns: ['*.log', '-?', '[[]*'] },
    holds: ['d', 'd/deep', 'd/deep/x y $(z)', 'd/empty', 'd/link'],
  },
  'a path that is missing': { path: ['d', 'none'], holds: /none cannot be archived: there is no such file/ },
}
