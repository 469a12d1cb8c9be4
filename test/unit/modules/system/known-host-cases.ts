import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { KnownHostArgs } from '../../../../lib/modules/index.ts'
import { install } from '../../../support/install.ts'
import { type Behaviour, behaviour } from '../files/behaviours.ts'
import { A, B } from './authorized-key-cases.ts'

install('/usr/bin/ssh-keygen', 'openssh-client')

/** A key of another type, as ssh-keygen makes it. */
export const ECDSA = ((): string => {
  const folder = mkdtempSync(join(tmpdir(), 'run-playbook-key-'))
  try {
    execFileSync('ssh-keygen', ['-q', '-t', 'ecdsa', '-N', '', '-f', join(folder, 'key')])
    return readFileSync(join(folder, 'key.pub'), 'utf8').split(' ').slice(0, 2).join(' ')
  } finally {
    rmSync(folder, { recursive: true })
  }
})()

export type Args = Omit<KnownHostArgs, 'path' | 'user'>

const web = { name: 'web' }
/** Arguments of Ansible, whose key has the name before it. */
const theirs = (name: string, key?: string, more: object = {}) => ({
  name,
  ...(key === undefined ? {} : { key: `${name} ${key}` }),
  ...more,
})
const differs = (why: string) => ({ differs: why })

/** `web`, hashed with a salt of `ssh-keygen -H`. */
export const HASHED = ((): string => {
  const folder = mkdtempSync(join(tmpdir(), 'run-playbook-key-'))
  try {
    writeFileSync(join(folder, 'file'), `web ${A}\n`)
    execFileSync('ssh-keygen', ['-q', '-H', '-f', join(folder, 'file')], { stdio: 'ignore' })
    return readFileSync(join(folder, 'file'), 'utf8').split(' ')[0] ?? ''
  } finally {
    rmSync(folder, { recursive: true })
  }
})()

/** Behaviours of Ansible's `known_hosts`, in our words. */
export const CASES: Readonly<Record<string, Behaviour<Args>>> = {
  'a key makes the file': behaviour<Args>(undefined, { ...web, key: A }, `web ${A}\n`, theirs('web', A)),
  'a key that is there is no change': behaviour<Args>(
    `web ${A}\n`,
    { ...web, key: A },
    `web ${A}\n`,
    theirs('web', A),
  ),
  'a key is added at the end': behaviour<Args>(
    `db ${A}\n`,
    { ...web, key: B },
    `db ${A}\nweb ${B}\n`,
    theirs('web', B),
  ),
  'a key of another type is added': behaviour<Args>(
    `web ${A}\n`,
    { ...web, key: ECDSA },
    `web ${A}\nweb ${ECDSA}\n`,
    theirs('web', ECDSA),
  ),
  'another key of the type is replaced when said': behaviour<Args>(
    `web ${A}\n`,
    { ...web, key: B, replace: true },
    `web ${B}\n`,
    theirs('web', B),
  ),
  'what is replaced keeps its place': behaviour<Args>(
    `web ${A}\ndb ${A}\n`,
    { ...web, key: B, replace: true },
    `web ${B}\ndb ${A}\n`,
    differs('it writes the new line at the end'),
  ),
  'a name is found in any case': behaviour<Args>(`web ${A}\n`, { name: 'WEB', key: A }, `web ${A}\n`, {
    name: 'WEB',
    key: `web ${A}`,
  }),
  'a port is part of the name': behaviour<Args>(
    `web ${A}\n`,
    { name: '[web]:2222', key: B },
    `web ${A}\n[web]:2222 ${B}\n`,
    theirs('[web]:2222', B),
  ),
  'the port 22 is not': behaviour<Args>(
    `web ${A}\n`,
    { name: '[web]:22', key: A },
    `web ${A}\n`,
    differs('it writes [web]:22, which ssh never looks for'),
  ),
  'what ssh-keyscan prints is taken': behaviour<Args>(
    undefined,
    { ...web, key: `# web:22 SSH-2.0\nweb ${A}\n# web:22 SSH-2.0\nweb ${ECDSA}\n` },
    `web ${A}\nweb ${ECDSA}\n`,
    differs('it takes one key'),
  ),
  'a name on a line with others is there': behaviour<Args>(
    `db,web,10.0.0.1 ${A}\n`,
    { ...web, key: A },
    `db,web,10.0.0.1 ${A}\n`,
    differs('it replaces the line, and the others are not known any more'),
  ),
  'other names of the line keep their key': behaviour<Args>(
    `db,web,10.0.0.1 ${A} old\n`,
    { ...web, key: B, replace: true },
    `db,10.0.0.1 ${A} old\nweb ${B}\n`,
    differs('it replaces the line, and the others are not known any more'),
  ),
  'a name that is hashed is there': behaviour<Args>(
    `${HASHED} ${A}\n`,
    { ...web, key: A },
    `${HASHED} ${A}\n`,
    differs('it writes the name'),
  ),
  'a name that is hashed stays so': behaviour<Args>(
    `${HASHED} ${A}\n`,
    { ...web, key: A, hashed: true },
    `${HASHED} ${A}\n`,
    theirs('web', A, { hash_host: true }),
  ),
  'a name that is hashed is written out': behaviour<Args>(
    `${HASHED} ${A}\n`,
    { ...web, key: A, hashed: false },
    `web ${A}\n`,
    theirs('web', A),
  ),
  'a key of a name that is hashed is replaced': behaviour<Args>(
    `${HASHED} ${A}\n`,
    { ...web, key: B, replace: true },
    `web ${B}\n`,
    theirs('web', B),
  ),
  'patterns, markers and comments stay': behaviour<Args>(
    `# ours\n\n*.web,!x.web ${B}\n@revoked web ${B}\n@cert-authority * ${B}\n`,
    { ...web, key: A },
    `# ours\n\n*.web,!x.web ${B}\n@revoked web ${B}\n@cert-authority * ${B}\nweb ${A}\n`,
    differs('it takes the key that is revoked for one to replace'),
  ),
  'lines of others stay as they are': behaviour<Args>(
    `db  ${A}   a comment\nnonsense\nweb ssh-ed25519 AAAA\n`,
    { ...web, key: B },
    `db  ${A}   a comment\nnonsense\nweb ssh-ed25519 AAAA\nweb ${B}\n`,
    differs('ssh-keygen refuses the file'),
  ),
  'a last line without an end gets one': behaviour<Args>(
    `db ${A}`,
    { ...web, key: A },
    `db ${A}\nweb ${A}\n`,
    differs('it writes both into one line'),
  ),
  'all keys of a name go': behaviour<Args>(
    `web ${A}\ndb ${A}\nweb ${ECDSA}\n`,
    { ...web, state: 'absent' },
    `db ${A}\n`,
    theirs('web', undefined, { state: 'absent' }),
  ),
  'one key of a name goes': behaviour<Args>(
    `web ${A}\nweb ${ECDSA}\n`,
    { ...web, key: A, state: 'absent' },
    `web ${ECDSA}\n`,
    theirs('web', A, { state: 'absent' }),
  ),
  'another key of the name stays': behaviour<Args>(
    `web ${ECDSA}\n`,
    { ...web, key: B, state: 'absent' },
    `web ${ECDSA}\n`,
    theirs('web', B, { state: 'absent' }),
  ),
  'a name that is hashed goes': behaviour<Args>(
    `${HASHED} ${A}\ndb ${A}\n`,
    { ...web, state: 'absent' },
    `db ${A}\n`,
    theirs('web', undefined, { state: 'absent' }),
  ),
  'other names of a line stay': behaviour<Args>(
    `db,web ${A}\n`,
    { ...web, state: 'absent' },
    `db ${A}\n`,
    differs('ssh-keygen takes the whole line out'),
  ),
  'a name that is not there is no change': behaviour<Args>(
    `db ${A}\n`,
    { ...web, state: 'absent' },
    `db ${A}\n`,
    theirs('web', undefined, { state: 'absent' }),
  ),
  'no file has no keys': behaviour<Args>(
    undefined,
    { ...web, state: 'absent' },
    undefined,
    theirs('web', undefined, { state: 'absent' }),
  ),
}
