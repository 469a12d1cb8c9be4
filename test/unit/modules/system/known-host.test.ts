import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { type KnownHostArgs, git, knownHost, user } from '../../../../lib/modules/index.ts'
import type { TestShell } from '../../../../lib/testing/shells.ts'
import { runOn } from '../../../support/run-on.ts'
import { proveBehaviours } from '../files/behaviours.ts'
import { SHELLS, converge, useTemp } from '../driver.ts'
import { A, B } from './authorized-key-cases.ts'
import { type Args, CASES, ECDSA, HASHED } from './known-host-cases.ts'
import { type Machine, onEachMachine } from './machines.ts'

proveBehaviours({
  module: 'known_hosts',
  task: (name, args: Args & { readonly path: string }) => knownHost(name, args),
  cases: CASES,
})

/** What ssh-keygen finds of a name. It does not make it lower case, as ssh does. */
const found = (file: string, name: string): string =>
  spawnSync('ssh-keygen', ['-F', name, '-f', file], { encoding: 'utf8' }).stdout

describe('knownHost', () => {
  const temp = useTemp()
  const file = (): string => join(temp(), 'known_hosts')

  const written = async (names: readonly string[], program?: TestShell): Promise<void> => {
    for (const name of names) {
      rmSync(file(), { force: true })
      for (const hashed of [undefined, true, false]) {
        const task = knownHost('it', { name, path: file(), key: [A, ECDSA], hashed })
        const done = await converge(task, program)
        assert.deepEqual([done.left, done.wrong], [[], []])
        const asked = name.toLowerCase().replace('[2001:db8::1]:22', '2001:db8::1')
        const said = found(file(), asked)
        for (const key of [A, ECDSA]) assert.ok(said.includes(key), `${name}: ${said}`)
        const text = readFileSync(file(), 'utf8')
        assert.equal(text.split('\n').length, 3)
        assert.equal(text.includes(asked), hashed !== true, text)
      }
    }
  }

  for (const [shell, program] of Object.entries(SHELLS))
    it(`writes what ssh-keygen finds, under ${shell}`, async () => {
      await written(['web'], program)
      assert.equal(lstatSync(file()).mode & 0o777, 0o644)
    })

  it('writes what ssh-keygen finds, for each kind of name', () =>
    written(['Web.example.org', '[web]:2222', '10.0.0.1', '2001:db8::1', '[2001:db8::1]:22']))

  it('refuses another key of the type, and changes nothing', async () => {
    for (const line of [`web ${A}`, `db,web ${A}`, `${HASHED} ${A}`]) {
      writeFileSync(file(), `${line}\n`)
      await assert.rejects(converge(knownHost('it', { name: 'web', path: file(), key: B })), {
        code: 'E_OTHER_HOST_KEY',
        message: 'web is known by another key of the type ssh-ed25519',
        hint: /replace: true/,
      })
      assert.equal(readFileSync(file(), 'utf8'), `${line}\n`)
    }
  })

  it('shows the lines that change', async () => {
    writeFileSync(file(), `db ${A}\n`)
    const { changes } = await converge(knownHost('it', { name: 'web', path: file(), key: A }))
    assert.equal(changes[0]?.body?.wanted, `db ${A}\nweb ${A}\n`)
  })
})

onEachMachine('knownHost of a user', (machine) => {
  const FILE = '/home/app/.ssh/known_hosts'
  const prepare = (one: Machine): void => {
    writeFileSync(one.at('/etc/passwd'), `${one.read('/etc/passwd')}app:x:1500:1500::/home/app:/bin/sh\n`)
    writeFileSync(one.at('/etc/group'), `${one.read('/etc/group')}app:x:1500:\n`)
    mkdirSync(one.at('/home/app'), { mode: 0o750 })
    chownSync(one.at('/home/app'), 1500, 1500)
  }
  const of = (args: Partial<KnownHostArgs> = {}) =>
    converge(knownHost('it', { name: 'web', key: A, user: 'app', ...args }), machine().shell)
  const accessOf = (path: string): string => {
    const { mode, uid, gid } = lstatSync(machine().at(path))
    return `${(mode & 0o7777).toString(8)} ${uid}:${gid}`
  }

  it('makes folder and file, for the user alone', async () => {
    prepare(machine())
    const done = await of()
    assert.deepEqual([done.left, done.wrong], [[], []])
    assert.equal(machine().read(FILE), `web ${A}\n`)
    assert.deepEqual([accessOf('/home/app/.ssh'), accessOf(FILE)], ['700 1500:1500', '600 1500:1500'])
    assert.deepEqual((await of()).changes, [])
  })

  it('leaves mode and owner of what is there', async () => {
    prepare(machine())
    mkdirSync(machine().at('/home/app/.ssh'), { mode: 0o755 })
    writeFileSync(machine().at(FILE), `db ${B}\n`)
    chmodSync(machine().at(FILE), 0o644)
    for (const path of ['/home/app/.ssh', FILE]) chownSync(machine().at(path), 1500, 1500)
    const done = await of()
    assert.deepEqual([done.left, done.wrong], [[], []])
    assert.deepEqual(
      done.changes.map(({ what }) => what),
      ['content'],
    )
    assert.deepEqual([accessOf('/home/app/.ssh'), accessOf(FILE)], ['755 1500:1500', '644 1500:1500'])
  })

  it('follows no link of the user', async () => {
    prepare(machine())
    mkdirSync(machine().at('/home/app/.ssh'), { mode: 0o700 })
    chownSync(machine().at('/home/app/.ssh'), 1500, 1500)
    symlinkSync('/etc/shadow', machine().at(FILE))
    await assert.rejects(of(), { code: 'E_UNSAFE_PATH', message: /is a link to \/etc\/shadow/ })
  })

  it('needs the user', async () => {
    await assert.rejects(of(), { code: 'E_NO_ACCOUNT', hint: /user\('app'/ })
    assert.deepEqual((await of({ key: undefined, state: 'absent' })).changes, [])
  })

  it('is known to later tasks of a dry run, also for a new user', async () => {
    const make = (name: string) => knownHost(name, { name: 'web', key: A, user: 'app' })
    const tasks = () => [user('app', { name: 'app', uid: 1600 }), make('it'), make('again')]
    const { statuses } = await runOn(machine().shell, tasks, { check: true })
    assert.deepEqual(statuses, ['app: would-change', 'it: would-change', 'again: ok'])
    assert.ok(!existsSync(machine().at('/home/app')))
    const real = await runOn(machine().shell, tasks)
    assert.deepEqual(real.statuses, ['app: changed', 'it: changed', 'again: ok'])
    assert.equal(machine().read(FILE), `web ${A}\n`)
  })
})

describe('a key of a server that is added in the same run', () => {
  const temp = useTemp()
  it('leaves it open what the repository has', async () => {
    const dest = join(temp(), 'x')
    const tasks = () => [
      knownHost('key', { name: '[127.0.0.1]:1', key: A, path: '/etc/ssh/ssh_known_hosts' }),
      git('it', { repo: 'ssh://127.0.0.1:1/x', dest }),
    ]
    const { statuses } = await runOn(['dash'], tasks, { check: true })
    assert.deepEqual(statuses, ['key: would-change', 'it: unknown'])
  })
})

describe('arguments of knownHost', () => {
  const wrong: Readonly<Record<string, Partial<KnownHostArgs>>> = {
    'no key': { key: undefined },
    'an empty key': { key: '' },
    'a private key': {
      key: '-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----\n',
    },
    'the key of another name': { key: `db ${A}` },
    'two keys of one type': { key: [A, B] },
    'a list of names': { name: 'web,db' },
    'a pattern': { name: '*.example.org' },
    'a name with a port but no brackets': { name: 'web:2222' },
    'a port that is none': { name: '[web]:99999' },
    'a marker': { name: '@revoked' },
    'a hash': { name: '|1|a|b' },
    'two words': { name: 'a b' },
    'two places': { user: 'app', path: '/etc/x' },
    'to replace what goes': { state: 'absent', replace: true },
  }
  for (const [what, args] of Object.entries(wrong))
    it(`refuse ${what}`, () => {
      assert.throws(() => knownHost('it', { name: 'web', key: A, ...args }), { code: 'E_BAD_ARGUMENT' })
    })
})
