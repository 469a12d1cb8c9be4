import { createHash } from 'node:crypto'
import type { GetUrlArgs } from '../../../../lib/modules/index.ts'
import type { Case } from '../compared.ts'

/** `it` in the folder of the case; the address is below that of the server. */
type Args = Omit<GetUrlArgs, 'dest'> & { readonly dest?: string }

const TEXT = 'grüße\nof the app\n'
const WRITTEN = Buffer.from(TEXT).toString('latin1')
const hash = (kind: string, text = TEXT): string => `${kind}:${createHash(kind).update(text).digest('hex')}`
const checksum = hash('sha256')
const other = hash('sha256', 'other')
const text = { url: '/text', checksum }
const any = { url: '/text', checksum: 'none' }
const ANY = { url: '/text' }

/** Behaviours of Ansible's `get_url`, in our words. */
export const CASES: Readonly<Record<string, Case<Args>>> = {
  'downloads a file': { args: text, ansible: text, is: 'changed', after: { it: `644 ${WRITTEN}` } },
  'downloads a file without a checksum': {
    args: any,
    ansible: ANY,
    is: 'changed',
    after: { it: `644 ${WRITTEN}` },
  },
  'downloads an empty file': {
    args: { ...any, url: '/200' },
    ansible: { url: '/200' },
    is: 'changed',
    after: { it: '644 ' },
  },
  'takes another kind of checksum': {
    args: { ...text, checksum: hash('sha512') },
    ansible: { ...text, checksum: hash('sha512') },
    is: 'changed',
    after: { it: `644 ${WRITTEN}` },
  },
  'refuses a weak kind of checksum': {
    args: { ...text, checksum: hash('md5') },
    ansible: { ...text, checksum: hash('md5') },
    is: 'failed',
    differs: 'it takes md5 and sha1 too, which can be forged',
  },
  'refuses a checksum that is none': {
    args: { ...text, checksum: 'sha256' },
    ansible: { ...text, checksum: 'sha256' },
    is: 'failed',
  },
  'refuses a checksum at an address': {
    args: { ...text, checksum: 'sha256:http://127.0.0.1:1/sums' },
    ansible: { ...text, checksum: 'sha256:http://127.0.0.1:1/sums' },
    is: 'failed',
  },
  'leaves a file that has the checksum': {
    before: { it: `640 ${WRITTEN}` },
    args: text,
    ansible: text,
    is: 'ok',
  },
  'replaces a file that has another one, and keeps its mode': {
    before: { it: '640 old' },
    args: text,
    ansible: text,
    is: 'changed',
    after: { it: `640 ${WRITTEN}` },
  },
  'fails where another file arrives': {
    args: { ...text, checksum: other },
    ansible: { ...text, checksum: other },
    is: 'failed',
  },
  'keeps the old file where another one arrives': {
    before: { it: '644 old' },
    args: { ...text, checksum: other },
    ansible: { ...text, checksum: other },
    is: 'failed',
    differs: 'the old file is removed: here it stays until a good one has arrived',
  },
  'leaves a file that is there, without a checksum': {
    before: { it: '644 old' },
    args: any,
    ansible: ANY,
    is: 'ok',
    differs: 'the server is asked whether it has a newer one, in each run: here force says so',
  },
  'asks the server with force': {
    before: { it: '640 old' },
    args: { ...any, force: true },
    ansible: { ...ANY, force: true },
    is: 'changed',
    after: { it: `640 ${WRITTEN}` },
  },
  'leaves what the server has too': {
    before: { it: `640 ${WRITTEN}` },
    args: { ...any, force: true },
    ansible: { ...ANY, force: true },
    is: 'ok',
  },
  'sets the mode of a new file': {
    args: { ...text, mode: '0600' },
    ansible: { ...text, mode: '0600' },
    is: 'changed',
    after: { it: `600 ${WRITTEN}` },
  },
  'sets the mode alone': {
    before: { it: `644 ${WRITTEN}` },
    args: { ...text, mode: '0600' },
    ansible: { ...text, mode: '0600' },
    is: 'changed',
    after: { it: `600 ${WRITTEN}` },
  },
  'sets owner and group': {
    args: { ...text, owner: 4711, group: 1 },
    ansible: { ...text, owner: '4711', group: '1' },
    is: 'changed',
    after: { it: `644@4711:1 ${WRITTEN}` },
    asRoot: true,
  },
  'keeps a backup': {
    before: { it: '640 old' },
    args: { ...text, backup: true },
    ansible: { ...text, backup: true },
    is: 'changed',
    after: { it: `640 ${WRITTEN}`, 'it.TIME~': '640 old' },
  },
  'goes where the server sends it': {
    args: { ...text, url: '/to/302/text' },
    ansible: { ...text, url: '/to/302/text' },
    is: 'changed',
    after: { it: `644 ${WRITTEN}` },
  },
  'fails where the server has no such file': {
    args: { ...any, url: '/none' },
    ansible: { url: '/none' },
    is: 'failed',
  },
  'keeps the old file where the server has none': {
    before: { it: '644 old' },
    args: { ...any, url: '/none', force: true },
    ansible: { url: '/none', force: true },
    is: 'failed',
  },
  'fails for half a file': {
    args: { ...any, url: '/half' },
    ansible: { url: '/half' },
    is: 'failed',
    differs: 'it takes what has arrived',
  },
  'fails where the directory is not there': {
    args: { ...text, dest: 'none/it' },
    ansible: { ...text, dest: 'none/it' },
    is: 'failed',
  },
  'refuses a directory in the place of the file': {
    before: { it: '755/' },
    args: text,
    ansible: text,
    is: 'failed',
    differs:
      'the file goes into the directory, by the name that the server gives: dest is always the file here',
  },
}
