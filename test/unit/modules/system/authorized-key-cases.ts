import { createHash } from 'node:crypto'
import type { AuthorizedKeyArgs } from '../../../../lib/modules/system/authorized-key/args.ts'

/** A key as ssh-keygen makes it, of what the seed says. */
function publicKey(seed: string, type = 'ssh-ed25519'): string {
  const part = (bytes: Buffer): Buffer => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(bytes.length)
    return Buffer.concat([length, bytes])
  }
  const blob = Buffer.concat([part(Buffer.from(type)), part(createHash('sha256').update(seed).digest())])
  return `${type} ${blob.toString('base64')}`
}

export const [A, B, C] = ['a', 'b', 'c'].map((seed) => publicKey(seed)) as [string, string, string]
export const DSS = publicKey('a', 'ssh-dss')

export interface KeyCase {
  readonly before?: string
  readonly args: Omit<AuthorizedKeyArgs, 'user'>
  /** Undefined: there is no file. */
  readonly after: string | undefined
}

/** Behaviours of Ansible's `authorized_key`, in our words. */
export const CASES: Readonly<Record<string, KeyCase>> = {
  'a key makes the file': { args: { key: `${A} me@laptop` }, after: `${A} me@laptop\n` },
  'a key that is there is no change': { before: `${A} me\n`, args: { key: `${A} me` }, after: `${A} me\n` },
  'a key is added after others': { before: `${A}\n`, args: { key: `${B} b` }, after: `${A}\n${B} b\n` },
  'several keys in one text': { args: { key: `${A} a\n\n# mine\n${B} b\n` }, after: `${A} a\n${B} b\n` },
  'several keys in a list': { before: `${A}\n`, args: { key: [B, A] }, after: `${A}\n${B}\n` },
  'the same key twice is one line': { args: { key: [`${A} x`, `${A} y`] }, after: `${A} y\n` },
  'the same key of another type is another key': {
    before: `${DSS}\n`,
    args: { key: A },
    after: `${DSS}\n${A}\n`,
  },
  'a key that is there keeps its comment': {
    before: `${A} old\n`,
    args: { key: `${A} new` },
    after: `${A} old\n`,
  },
  'comment replaces it': {
    before: `${A} old\n`,
    args: { key: A, comment: 'new one' },
    after: `${A} new one\n`,
  },
  'an empty comment takes it away': { before: `${A} old\n`, args: { key: A, comment: '' }, after: `${A}\n` },
  'options are written before the key': {
    args: { key: A, keyOptions: 'no-pty,command="a b"' },
    after: `no-pty,command="a b" ${A}\n`,
  },
  'options of a key that is there change': {
    before: `no-pty ${A} c\n`,
    args: { key: A, keyOptions: 'restrict' },
    after: `restrict ${A} c\n`,
  },
  'options in front of the key count': {
    before: `${A}\n`,
    args: { key: `no-pty ${A}` },
    after: `no-pty ${A}\n`,
  },
  'keyOptions win over those in front of the key': {
    args: { key: `no-pty ${A}`, keyOptions: 'restrict' },
    after: `restrict ${A}\n`,
  },
  'a key that is there keeps its options': {
    before: `from="10.0.0.1" ${A}\n`,
    args: { key: A },
    after: `from="10.0.0.1" ${A}\n`,
  },
  'empty options take them away': {
    before: `no-pty ${A}\n`,
    args: { key: A, keyOptions: '' },
    after: `${A}\n`,
  },
  'quotes in options hold spaces, quotes and key types': {
    before: `command="echo \\"ssh-rsa\\" x",no-pty ${A} c\n`,
    args: { key: [A, B] },
    after: `command="echo \\"ssh-rsa\\" x",no-pty ${A} c\n${B}\n`,
  },
  'options, comments and lines of others stay': {
    before: `# ops\n\n  from="*.example.org"  ${B}   ops  team\nnonsense\n`,
    args: { key: A },
    after: `# ops\n\n  from="*.example.org"  ${B}   ops  team\nnonsense\n${A}\n`,
  },
  'line ends of Windows stay': {
    before: `${B} b\r\n${A} a\r\n`,
    args: { key: [A, C] },
    after: `${B} b\r\n${A} a\r\n${C}\r\n`,
  },
  'a changed line keeps its end': { before: `${A}\r\n`, args: { key: A, comment: 'c' }, after: `${A} c\r\n` },
  'a last line without an end gets one': { before: `${B} b`, args: { key: A }, after: `${B} b\n${A}\n` },
  'a key in a comment line is none': { before: `# ${A}\n`, args: { key: A }, after: `# ${A}\n${A}\n` },
  'exclusive takes out all others': {
    before: `# ops\n${B}\nno-pty ${A} mine\nnonsense\n`,
    args: { key: A, exclusive: true },
    after: `# ops\nno-pty ${A} mine\n`,
  },
  'exclusive with all of them is no change': {
    before: `${A}\n${B}\n`,
    args: { key: [B, A], exclusive: true },
    after: `${A}\n${B}\n`,
  },
  'a key goes, whatever its options and comment': {
    before: `no-pty ${A} x\n${B}\n`,
    args: { key: A, state: 'absent' },
    after: `${B}\n`,
  },
  'a key goes wherever it is': {
    before: `${A}\n${B}\nno-pty ${A}\n`,
    args: { key: A, state: 'absent' },
    after: `${B}\n`,
  },
  'the last key goes': { before: `${A}\n`, args: { key: A, state: 'absent' }, after: '' },
  'a key that is not there is no change': {
    before: `${B}\n`,
    args: { key: A, state: 'absent' },
    after: `${B}\n`,
  },
  'no file has no keys': { args: { key: A, state: 'absent' }, after: undefined },
}
