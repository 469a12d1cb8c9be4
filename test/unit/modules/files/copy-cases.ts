import type { CopyArgs } from '../../../../lib/modules/index.ts'
import type { Case } from '../compared.ts'

/** `it` in the folder of the case, unless another one is given. */
type Args = Omit<CopyArgs, 'dest' | 'src'> & { readonly dest?: string; readonly src?: string }

const content = 'hällo\n'
// As the trees of these tests write it: a character for each byte.
const WRITTEN = Buffer.from(content).toString('latin1')
const b = { content: 'b' }
const validate = 'grep -q good %s'

/** Behaviours of Ansible's `copy` with a file, in our words. */
export const CASES: Readonly<Record<string, Case<Args>>> = {
  'makes a file': { args: { content }, ansible: { content }, is: 'changed', after: { it: `644 ${WRITTEN}` } },
  'leaves a file that is the same': {
    before: { it: `640 ${WRITTEN}` },
    args: { content },
    ansible: { content },
    is: 'ok',
  },
  'changes a file, and keeps its mode': {
    before: { it: '640 a' },
    args: b,
    ansible: b,
    is: 'changed',
    after: { it: '640 b' },
  },
  'makes an empty file': {
    args: { content: '' },
    ansible: { content: '' },
    is: 'changed',
    after: { it: '644 ' },
  },
  'makes a file empty': {
    before: { it: '644 a' },
    args: { content: '' },
    ansible: { content: '' },
    is: 'changed',
    after: { it: '644 ' },
  },
  'keeps line ends': {
    args: { content: 'a\r\nb' },
    ansible: { content: 'a\r\nb' },
    is: 'changed',
    after: { it: '644 a\r\nb' },
  },
  'copies a file of the operator': {
    before: { from: '600 b' },
    args: { src: 'from' },
    ansible: { src: 'from' },
    is: 'changed',
    after: { from: '600 b', it: '644 b' },
  },
  'copies a file of the operator that is not text': {
    before: { from: '644 \0\xff\r\n\x07' },
    args: { src: 'from' },
    ansible: { src: 'from' },
    is: 'changed',
    after: { from: '644 \0\xff\r\n\x07', it: '644 \0\xff\r\n\x07' },
  },
  'copies what a link of the operator leads to': {
    before: { to: '644 b', from: '-> to' },
    args: { src: 'from' },
    ansible: { src: 'from' },
    is: 'changed',
    after: { to: '644 b', from: '-> to', it: '644 b' },
  },
  'fails where the operator has no such file': {
    args: { src: 'from' },
    ansible: { src: 'from' },
    is: 'failed',
  },
  'sets the mode of a new file': {
    args: { ...b, mode: '0600' },
    ansible: { ...b, mode: '0600' },
    is: 'changed',
    after: { it: '600 b' },
  },
  'begins with the mode of a new file': {
    args: { ...b, mode: 'g+w,o=' },
    ansible: { ...b, mode: 'g+w,o=' },
    is: 'changed',
    after: { it: '660 b' },
  },
  'begins with the mode that is there': {
    before: { it: '711 a' },
    args: { ...b, mode: 'u-x,g+rX' },
    ansible: { ...b, mode: 'u-x,g+rX' },
    is: 'changed',
    after: { it: '651 b' },
  },
  'leaves a mode that has what is asked for': {
    before: { it: '664 b' },
    args: { ...b, mode: 'g+w' },
    ansible: { ...b, mode: 'g+w' },
    is: 'ok',
  },
  'sets the mode alone': {
    before: { it: '644 b' },
    args: { ...b, mode: '4700' },
    ansible: { ...b, mode: '4700' },
    is: 'changed',
    after: { it: '4700 b' },
  },
  'sets owner and group': {
    before: { it: '644 b' },
    args: { ...b, owner: 4711, group: 'daemon' },
    ansible: { ...b, owner: '4711', group: 'daemon' },
    is: 'changed',
    after: { it: '644@4711:1 b' },
    asRoot: true,
  },
  'keeps owner and group': {
    before: { it: '640@4711:1 a' },
    args: b,
    ansible: b,
    is: 'changed',
    after: { it: '640@4711:1 b' },
    asRoot: true,
  },
  'leaves owner and group that it has': {
    before: { it: '640@4711:1 b' },
    args: { ...b, owner: 4711, group: 1, mode: '0640' },
    ansible: { ...b, owner: '4711', group: '1', mode: '0640' },
    is: 'ok',
    asRoot: true,
  },
  'fails for an owner that is not there': {
    args: { ...b, owner: 'rp-nobody' },
    ansible: { ...b, owner: 'rp-nobody' },
    is: 'failed',
    differs: 'the file is there already when the owner is looked for',
  },
  'keeps a backup': {
    before: { it: '640 a' },
    args: { ...b, backup: true },
    ansible: { ...b, backup: true },
    is: 'changed',
    after: { it: '640 b', 'it.TIME~': '640 a' },
  },
  'keeps no backup of what stays': {
    before: { it: '640 b' },
    args: { ...b, backup: true },
    ansible: { ...b, backup: true },
    is: 'ok',
  },
  'keeps no backup where there was nothing': {
    args: { ...b, backup: true },
    ansible: { ...b, backup: true },
    is: 'changed',
    after: { it: '644 b' },
  },
  'takes what its validation accepts': {
    before: { it: '644 a' },
    args: { content: 'good', validate },
    ansible: { content: 'good', validate },
    is: 'changed',
    after: { it: '644 good' },
  },
  'refuses what its validation refuses': {
    before: { it: '644 a' },
    args: { content: 'bad', validate },
    ansible: { content: 'bad', validate },
    is: 'failed',
  },
  'refuses a validation without %s': {
    args: { ...b, validate: 'true' },
    ansible: { ...b, validate: 'true' },
    is: 'failed',
  },
  'fails where the directory is not there': {
    args: { ...b, dest: 'none/it' },
    ansible: { ...b, dest: 'none/it' },
    is: 'failed',
  },
  'fails where the directory is a file': {
    before: { a: '644 a' },
    args: { ...b, dest: 'a/it' },
    ansible: { ...b, dest: 'a/it' },
    is: 'failed',
  },
  'refuses a directory in the place of the file': {
    before: { from: '644 b', it: '755/' },
    args: { src: 'from' },
    ansible: { src: 'from' },
    is: 'failed',
    differs: 'the file goes into the directory, by its name: dest is always the file here',
  },
  'refuses a directory in the place of a content': {
    before: { it: '755/' },
    args: b,
    ansible: b,
    is: 'failed',
  },
  'refuses a path that ends in a slash': {
    before: { from: '644 b' },
    args: { src: 'from', dest: 'it/' },
    ansible: { src: 'from', dest: 'it/' },
    is: 'failed',
    differs: 'the directory is made, and the file goes into it',
  },
  'puts a file in the place of a link': {
    before: { to: '600 a', it: '-> to' },
    args: { ...b, mode: '0644' },
    ansible: { ...b, mode: '0644' },
    is: 'changed',
    after: { to: '600 a', it: '644 b' },
  },
  'puts a file in the place of a link to the same content': {
    before: { to: '600 b', it: '-> to' },
    args: b,
    ansible: b,
    is: 'changed',
    after: { to: '600 b', it: '644 b' },
  },
  'puts a file in the place of a link to nothing': {
    before: { it: '-> to' },
    args: b,
    ansible: b,
    is: 'changed',
    after: { it: '644 b' },
  },
  'writes what a link leads to': {
    before: { to: '644 a', it: '-> to' },
    args: b,
    ansible: { ...b, follow: true },
    is: 'changed',
    after: { to: '644 a', it: '644 b' },
    differs: 'follow is not available: a path is not followed here',
  },
  'writes into a file that is there': {
    before: { it: '640 a' },
    args: { ...b, inPlace: true },
    ansible: { ...b, unsafe_writes: true },
    is: 'changed',
    after: { it: '640 b' },
  },
  'leaves a file that is there, whatever it contains': {
    before: { it: '644 a' },
    args: b,
    ansible: { ...b, force: false },
    is: 'changed',
    after: { it: '644 b' },
    differs: 'force: false is not available: a file is as the playbook says',
  },
  'takes another checksum for a failure': {
    args: b,
    ansible: { ...b, checksum: '0' },
    is: 'changed',
    after: { it: '644 b' },
    differs: 'checksum is not needed: what arrives is always checked',
  },
}
