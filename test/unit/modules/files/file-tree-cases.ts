import type { FileArgs } from '../../../../lib/modules/index.ts'
import type { Case } from '../compared.ts'

type Args = Omit<FileArgs, 'path'> & { readonly path?: string }

const all = { state: 'directory', recurse: true } as const
const hard = { state: 'hard', target: 'to' } as const
const theirs = { state: 'hard', src: 'to' }
const ours = { to: '640 a' }

/** Behaviours of Ansible's `file` with `recurse` and with `state: hard`, in our words. */
export const TREE_CASES: Readonly<Record<string, Case<Args>>> = {
  'changes the mode of all below': {
    before: { it: '755/', 'it/a': '644 a', 'it/b': '700/', 'it/b/c': '755 c' },
    args: { ...all, mode: 'u=rwX,g=rX,o=' },
    ansible: { ...all, mode: 'u=rwX,g=rX,o=' },
    is: 'changed',
    after: { it: '750/', 'it/a': '640 a', 'it/b': '750/', 'it/b/c': '750 c' },
  },
  'gives files below the mode of directories': {
    before: { it: '755/', 'it/a': '644 a' },
    args: { ...all, mode: '0700' },
    ansible: { ...all, mode: '0700' },
    is: 'changed',
    after: { it: '700/', 'it/a': '700 a' },
  },
  'leaves what is so already': {
    before: { it: '750/', 'it/a': '640 a', 'it/b': '750/', 'it/b/c': '750 c' },
    args: { ...all, mode: 'u=rwX,g=rX,o=' },
    ansible: { ...all, mode: 'u=rwX,g=rX,o=' },
    is: 'ok',
  },
  'changes the owner of all below, of links too': {
    before: { it: '755/', 'it/a': '644 a', 'it/b': '700/', 'it/b/l': '-> ../a' },
    args: { ...all, owner: 4711, group: 1 },
    ansible: { ...all, owner: '4711', group: '1' },
    is: 'changed',
    after: { it: '755@4711:1/', 'it/a': '644@4711:1 a', 'it/b': '700@4711:1/', 'it/b/l': '->@4711:1 ../a' },
    asRoot: true,
  },
  'follows no link below': {
    before: { to: '600 t', it: '755/', 'it/l': '-> ../to' },
    args: { ...all, mode: 'a+rX' },
    ansible: { ...all, mode: 'a+rX' },
    is: 'ok',
    differs: 'what a link leads to is changed too, wherever that is, unless follow is false',
  },
  'follows no link below, as with follow: false': {
    before: { to: '600 t', it: '755/', 'it/l': '-> ../to' },
    args: { ...all, mode: 'a+rX' },
    ansible: { ...all, mode: 'a+rX', follow: false },
    is: 'ok',
  },
  'makes a directory with nothing below it': {
    args: { ...all, mode: '0750' },
    ansible: { ...all, mode: '0750' },
    is: 'changed',
    after: { it: '750/' },
  },
  'makes a hard link': {
    before: ours,
    args: hard,
    ansible: theirs,
    is: 'changed',
    after: { ...ours, it: '640 a' },
  },
  'refuses a hard link to nothing': { args: hard, ansible: theirs, is: 'failed' },
  'refuses a hard link to a directory': { before: { to: '755/' }, args: hard, ansible: theirs, is: 'failed' },
  'refuses a hard link to a link': {
    before: { a: '644 a', to: '-> a' },
    args: hard,
    ansible: theirs,
    is: 'failed',
    differs: 'the link itself gets another name',
  },
  'refuses a hard link in the place of a file': {
    before: { ...ours, it: '644 mine' },
    args: hard,
    ansible: theirs,
    is: 'failed',
  },
  'puts a hard link in the place of a file, with force': {
    before: { ...ours, it: '644 mine' },
    args: { ...hard, force: true },
    ansible: { ...theirs, force: true },
    is: 'changed',
    after: { ...ours, it: '640 a' },
  },
  'refuses a hard link in the place of a link': {
    before: { ...ours, it: '-> to' },
    args: hard,
    ansible: theirs,
    is: 'failed',
    differs: 'a link is replaced without force',
  },
  'puts a hard link in the place of a link, with force': {
    before: { ...ours, it: '-> to' },
    args: { ...hard, force: true },
    ansible: { ...theirs, force: true },
    is: 'changed',
    after: { ...ours, it: '640 a' },
  },
  'refuses a hard link in the place of a directory': {
    before: { ...ours, it: '755/' },
    args: hard,
    ansible: theirs,
    is: 'failed',
    differs: 'the link is made in the directory',
  },
  'puts a hard link in the place of an empty directory, with force': {
    before: { ...ours, it: '755/' },
    args: { ...hard, force: true },
    ansible: { ...theirs, force: true },
    is: 'changed',
    after: { ...ours, it: '640 a' },
    differs: 'the link is made in the directory',
  },
  'refuses a hard link in a directory that is not there': {
    before: ours,
    args: { ...hard, path: 'a/it' },
    ansible: { ...theirs, path: 'a/it' },
    is: 'failed',
  },
  'refuses a mode of a hard link': {
    before: ours,
    args: { ...hard, mode: '0600' },
    ansible: { ...theirs, mode: '0600' },
    is: 'failed',
    differs: 'both names have the mode then: it is one file',
  },
}
