import { chmodSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FindArgs } from '../../../../lib/modules/index.ts'

/** Makes a folder to look into. Times are those of its files before now, in seconds. */
export function makeFound(root: string): void {
  const at = (path: string): string => join(root, path)
  for (const folder of ['dir', 'dir/deep', 'dir/deep/er', '.hid', 'empty.d']) mkdirSync(at(folder))
  const files: Readonly<Record<string, readonly [content: string, mode: number, age: number]>> = {
    'a.log': ['first\nerror in line\n', 0o644, 10],
    'b.log': ['', 0o600, 3700],
    'c.txt': ['x'.repeat(2048), 0o4755, 90_000],
    '.dot': ['dot', 0o644, 10],
    '.hid/in': ['in', 0o644, 10],
    'dir/a.log': ['an error\n', 0o666, 700_000],
    'dir/deep/b.log': ['x'.repeat(1024), 0o644, 10],
    'dir/deep/er/x y $(z)': ['q', 0o644, 10],
    "it's": ['q', 0o644, 10],
    ünï: ['u', 0o640, 10],
    '-n': ['n', 0o644, 10],
    '[b]\\': ['n', 0o644, 10],
  }
  for (const [path, [content, mode]] of Object.entries(files)) {
    writeFileSync(at(path), content)
    chmodSync(at(path), mode)
  }
  symlinkSync('a.log', at('link.log'))
  symlinkSync('/etc', at('dir/out'))
  symlinkSync('nowhere', at('broken'))
  for (const [path, [, , age]] of Object.entries(files)) {
    const time = Date.now() / 1000 - age
    utimesSync(at(path), time, time)
  }
}

export interface Case {
  readonly args: Omit<FindArgs, 'paths'>
  /** Paths below the folder. */
  readonly found: readonly string[]
  /** Arguments of Ansible's module. `differs`: on purpose, and how. */
  readonly ansible: Readonly<Record<string, unknown>> | { readonly differs: string }
}

const TOP = ['-n', '[b]\\', 'a.log', 'b.log', 'c.txt', "it's", 'ünï']
const ALL = ['-n', '.hid/in', '[b]\\', 'a.log', 'b.log', 'c.txt', 'dir/a.log', 'dir/deep/b.log']
const MORE = ['dir/deep/er/x y $(z)', "it's", 'ünï']

/** Behaviours of Ansible's `find`, in our words. */
export const CASES: Readonly<Record<string, Case>> = {
  'the files in a directory': { args: {}, found: TOP, ansible: {} },
  'hidden files too': { args: { hidden: true }, found: ['.dot', ...TOP], ansible: { hidden: true } },
  'files below it, also in hidden directories': {
    args: { recurse: true },
    found: [...ALL, ...MORE],
    ansible: { recurse: true },
  },
  'down to a depth': {
    args: { recurse: true, depth: 2 },
    found: ['-n', '.hid/in', '[b]\\', 'a.log', 'b.log', 'c.txt', 'dir/a.log', "it's", 'ünï'],
    ansible: { recurse: true, depth: 2 },
  },
  'by a pattern': {
    args: { patterns: '*.log', recurse: true },
    found: ['a.log', 'b.log', 'dir/a.log', 'dir/deep/b.log'],
    ansible: { patterns: ['*.log'], recurse: true },
  },
  'by one of several patterns': {
    args: { patterns: ['?.txt', '[a]*'] },
    found: ['a.log', 'c.txt'],
    ansible: { patterns: ['?.txt', '[a]*'] },
  },
  'by a set that is turned around': {
    args: { patterns: '[!a-b].*' },
    found: ['c.txt'],
    ansible: { patterns: ['[!a-b].*'] },
  },
  'by a pattern with characters of more than one byte': {
    args: { patterns: '?n?' },
    found: ['ünï'],
    ansible: { patterns: ['?n?'] },
  },
  'by a bracket that is no set, and a backslash': {
    args: { patterns: ['[[]b]\\'] },
    found: ['[b]\\'],
    ansible: { patterns: ['[[]b]\\'] },
  },
  'by a name that looks like an option': {
    args: { patterns: '-n' },
    found: ['-n'],
    ansible: { patterns: ['-n'] },
  },
  'by a regular expression': {
    args: { patterns: /^[ab]\.log$/ },
    found: ['a.log', 'b.log'],
    ansible: { patterns: ['^[ab]\\.log$'], use_regex: true },
  },
  'by a regular expression that matches anywhere': {
    args: { patterns: /log/ },
    found: ['a.log', 'b.log'],
    ansible: { differs: 'it matches at the beginning' },
  },
  'without what is excluded': {
    args: { patterns: '*.log', excludes: 'b*' },
    found: ['a.log'],
    ansible: { patterns: ['*.log'], excludes: ['b*'] },
  },
  'all but what is excluded': {
    args: { excludes: ['*.log', /^[-[]/] },
    found: ['c.txt', "it's", 'ünï'],
    ansible: { excludes: ['.*\\.log', '[-[]'], use_regex: true },
  },
  directories: {
    args: { fileType: 'directory', recurse: true, hidden: true },
    found: ['.hid', 'dir', 'dir/deep', 'dir/deep/er', 'empty.d'],
    ansible: { file_type: 'directory', recurse: true, hidden: true },
  },
  links: {
    args: { fileType: 'link', recurse: true },
    found: ['broken', 'dir/out', 'link.log'],
    ansible: { file_type: 'link', recurse: true },
  },
  anything: {
    args: { fileType: 'any' },
    found: ['-n', '[b]\\', 'a.log', 'b.log', 'broken', 'c.txt', 'dir', 'empty.d', "it's", 'link.log', 'ünï'],
    ansible: { file_type: 'any' },
  },
  'what is older': {
    args: { age: '1h' },
    found: ['b.log', 'c.txt'],
    ansible: { age: '1h' },
  },
  'what is older by days': { args: { age: '1d' }, found: ['c.txt'], ansible: { age: '1d' } },
  'what is older by weeks': {
    args: { age: '1w', recurse: true },
    found: ['dir/a.log'],
    ansible: { age: '1w', recurse: true },
  },
  'what is newer': {
    args: { age: -3600 },
    found: ['-n', '[b]\\', 'a.log', "it's", 'ünï'],
    ansible: { age: '-3600' },
  },
  'what was read long ago': {
    args: { age: '1D', ageStamp: 'atime' },
    found: ['c.txt'],
    ansible: { age: '1D', age_stamp: 'atime' },
  },
  'what was changed just now, by its mode or owner': {
    args: { age: '-1h', ageStamp: 'ctime', patterns: '*.log' },
    found: ['a.log', 'b.log'],
    ansible: { age: '-1h', age_stamp: 'ctime', patterns: ['*.log'] },
  },
  'what is larger': {
    args: { size: '1k', recurse: true },
    found: ['c.txt', 'dir/deep/b.log'],
    ansible: { size: '1k', recurse: true },
  },
  'what is smaller': {
    args: { size: -1, patterns: ['*.log', 'ü*'] },
    found: ['b.log', 'ünï'],
    ansible: { size: '-1', patterns: ['*.log', 'ü*'] },
  },
  'directories of any size': {
    args: { size: '1t', fileType: 'any' },
    found: ['broken', 'dir', 'empty.d', 'link.log'],
    ansible: { size: '1t', file_type: 'any' },
  },
  'what has a line': {
    args: { contains: '^.*error.*$', recurse: true },
    found: ['a.log', 'dir/a.log'],
    ansible: { contains: '^.*error.*$', recurse: true },
  },
  'what has a text within a line': {
    args: { contains: 'in (line|column)' },
    found: ['a.log'],
    ansible: { differs: 'it matches at the beginning of a line' },
  },
  'what has a mode': { args: { mode: '4755' }, found: ['c.txt'], ansible: { differs: 'new in 2.16' } },
  'what anybody can change': {
    args: { mode: '0002', exactMode: false, recurse: true },
    found: ['dir/a.log'],
    ansible: { differs: 'new in 2.16' },
  },
  nothing: { args: { patterns: 'none' }, found: [], ansible: { patterns: ['none'] } },
}
