import assert from 'node:assert/strict'
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  lchownSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import fc from 'fast-check'
import type { AuthorizedKeyArgs } from '../../../../lib/modules/system/authorized-key/args.ts'
import { authorizedKey } from '../../../../lib/modules/system/authorized-key/module.ts'
import { often } from '../../../support/often.ts'
import { converge, observe, run } from '../driver.ts'
import { A, B, C, CASES, DSS } from './authorized-key-cases.ts'
import { type Machine, onEachMachine } from './machines.ts'

const FILE = '/home/app/.ssh/authorized_keys'

/** A user with a home folder, and what it has in there. */
function prepare(one: Machine, text?: string): void {
  writeFileSync(one.at('/etc/passwd'), `${one.read('/etc/passwd')}app:x:1500:1500::/home/app:/bin/sh\n`)
  writeFileSync(one.at('/etc/group'), `${one.read('/etc/group')}app:x:1500:\n`)
  mkdirSync(one.at('/home/app'), { mode: 0o750 })
  chownSync(one.at('/home/app'), 1500, 1500)
  if (text === undefined) return
  mkdirSync(one.at('/home/app/.ssh'), { mode: 0o700 })
  writeFileSync(one.at(FILE), text, { mode: 0o600 })
  for (const path of ['/home/app/.ssh', FILE]) chownSync(one.at(path), 1500, 1500)
}

const accessOf = (path: string): string => {
  const { mode, uid, gid } = lstatSync(path)
  return `${(mode & 0o7777).toString(8)} ${uid}:${gid}`
}

onEachMachine('authorizedKey', (machine) => {
  const of = (args: Omit<AuthorizedKeyArgs, 'user'>, user = 'app') =>
    converge(authorizedKey('it', { user, ...args }), machine().shell)

  for (const [what, { before, args, after }] of Object.entries(CASES)) {
    it(what, async () => {
      prepare(machine(), before)
      const done = await of(args)
      assert.deepEqual([done.left, done.wrong], [[], []])
      assert.equal(done.changes.length > 0, before !== after)
      if (after === undefined) return assert.ok(!existsSync(machine().at('/home/app/.ssh')))
      assert.equal(machine().read(FILE), after)
      assert.equal(accessOf(machine().at('/home/app/.ssh')), '700 1500:1500')
      assert.equal(accessOf(machine().at(FILE)), '600 1500:1500')
      assert.deepEqual(readdirSync(machine().at('/home/app/.ssh')), ['authorized_keys'])
    })
  }

  it('makes folder and file those of the user', async () => {
    prepare(machine(), `${A}\n`)
    chmodSync(machine().at('/home/app/.ssh'), 0o777)
    chownSync(machine().at('/home/app/.ssh'), 0, 0)
    chmodSync(machine().at(FILE), 0o666)
    const done = await of({ key: A })
    assert.deepEqual([done.left, done.wrong], [[], []])
    assert.deepEqual(
      done.changes.map(({ what }) => what),
      ['.ssh mode', '.ssh owner', '.ssh group', 'mode'],
    )
    assert.equal(accessOf(machine().at('/home/app/.ssh')), '700 1500:1500')
    assert.equal(accessOf(machine().at(FILE)), '600 1500:1500')
  })

  it('follows no link of the user', async () => {
    const shadow = (): string => machine().read('/etc/shadow')
    const was = shadow()
    const passwd = accessOf(machine().at('/etc'))
    prepare(machine())
    const links = (target: string, path: string, uid: number) => {
      symlinkSync(target, machine().at(path))
      lchownSync(machine().at(path), uid, uid)
    }
    links('/etc', '/home/app/.ssh', 1500)
    await assert.rejects(of({ key: A }), { code: 'E_UNSAFE_PATH', message: /\.ssh is a link to \/etc/ })
    assert.equal(accessOf(machine().at('/etc')), passwd)
    assert.ok(!existsSync(machine().at('/etc/authorized_keys')))
    writeFileSync(machine().at('/etc/authorized_keys'), `${A}\n`)
    for (const args of [{ key: A, state: 'absent' }, { key: B }, { key: B, exclusive: true }] as const)
      await assert.rejects(of(args), { code: 'E_UNSAFE_PATH' })
    assert.equal(machine().read('/etc/authorized_keys'), `${A}\n`)
    rm(machine().at('/etc/authorized_keys'))

    machine().reset()
    prepare(machine(), '')
    const file = machine().at(FILE)
    for (const uid of [1500, 0]) {
      rm(file)
      links('/etc/shadow', FILE, uid)
      await assert.rejects(of({ key: A }), { code: 'E_UNSAFE_PATH', message: /is a link to \/etc\/shadow/ })
      await assert.rejects(of({ key: A, state: 'absent' }), { code: 'E_UNSAFE_PATH' })
      await assert.rejects(of({ key: A, path: FILE }), { code: 'E_UNSAFE_PATH' })
    }
    assert.equal(shadow(), was)
    assert.equal(accessOf(machine().at('/etc/shadow')), '600 0:0')
  })

  it('follows no link that is made after the look', async () => {
    for (const [link, target] of [
      ['/home/app/.ssh', '/etc'],
      [FILE, '/etc/shadow'],
    ] as const) {
      machine().reset()
      prepare(machine(), `${B}\n`)
      const was = machine().read('/etc/shadow')
      const task = authorizedKey('it', { user: 'app', key: A })
      const state = await observe(machine().shell, task.module.probe(task.args))
      rmSync(machine().at(link), { recursive: true })
      symlinkSync(target, machine().at(link))
      lchownSync(machine().at(link), 1500, 1500)
      for (const step of task.module.apply(task.args, state))
        if ('script' in step) await run(machine().shell, step)
      assert.equal(machine().read('/etc/shadow'), was)
      assert.equal(accessOf(machine().at('/etc/shadow')), '600 0:0')
      assert.ok(!existsSync(machine().at('/etc/authorized_keys')))
    }
  })

  it('copies no file that has another name', async () => {
    prepare(machine(), '')
    rm(machine().at(FILE))
    writeFileSync(machine().at('/home/secret'), 'hidden\n', { mode: 0o600 })
    linkSync(machine().at('/home/secret'), machine().at(FILE))
    await assert.rejects(of({ key: A }), /other names/)
    assert.equal(accessOf(machine().at('/home/secret')), '600 0:0')
  })

  it('writes another file, which need not belong to the user', async () => {
    prepare(machine())
    const path = '/srv/app.keys'
    const done = await of({ key: A, path })
    assert.deepEqual([done.left, done.wrong], [[], []])
    assert.equal(machine().read(path), `${A}\n`)
    assert.equal(accessOf(machine().at(path)), '644 0:0')
    chmodSync(machine().at(path), 0o640)
    await of({ key: B, path })
    assert.equal(accessOf(machine().at(path)), '640 0:0')
    assert.ok(!existsSync(machine().at('/home/app/.ssh')))
  })

  it('needs the user and the home folder, and for no keys neither', async () => {
    await assert.rejects(of({ key: A }), { code: 'E_NO_ACCOUNT', hint: /user\('app'/ })
    assert.deepEqual((await of({ key: A, state: 'absent' })).changes, [])
    await assert.rejects(of({ key: A }, 'nobody'), { code: 'E_NO_DIRECTORY', message: /\/nonexistent/ })
    assert.deepEqual((await of({ key: A, state: 'absent' }, 'nobody')).changes, [])
  })

  it('shows what changes in the file', async () => {
    prepare(machine(), `${B}\n`)
    const { changes } = await of({ key: A })
    assert.equal(changes[0]?.body?.path, FILE)
    assert.equal(changes[0]?.body?.wanted, `${B}\n${A}\n`)
  })

  it('converges at once, as foretold, whatever is there', async () => {
    const line = fc.constantFrom(
      A,
      `${A} a b`,
      `no-pty ${A}`,
      `${B} b`,
      `command="x y" ${B}`,
      '# note',
      '',
      'nonsense x',
      `${DSS} d`,
    )
    const found = fc.record({
      lines: fc.array(line, { maxLength: 4 }),
      end: fc.constantFrom('\n', '\r\n'),
      last: fc.boolean(),
      mode: fc.constantFrom(0o600, 0o644, 0o777),
      uid: fc.constantFrom(0, 1500),
      there: fc.constantFrom('file', 'folder', 'nothing'),
    })
    const option = <const T>(...values: T[]) => fc.option(fc.constantFrom(...values), { nil: undefined })
    const wanted = fc.record({
      key: fc.constantFrom(A, `restrict ${A} mine`, [A, B], `${C} c\n${A}`),
      keyOptions: option('', 'no-pty', 'from="a b"'),
      comment: option('', 'new comment'),
      rest: fc.constantFrom({}, { state: 'absent' as const }, { exclusive: true }),
    })
    await fc.assert(
      fc.asyncProperty(found, wanted, async ({ lines, end, last, mode, uid, there }, { rest, ...args }) => {
        machine().reset()
        prepare(machine(), there === 'nothing' ? undefined : lines.join(end) + (last ? end : ''))
        if (there === 'folder') rm(machine().at(FILE))
        if (there === 'file') chmodSync(machine().at(FILE), mode)
        if (there !== 'nothing') chownSync(machine().at('/home/app/.ssh'), uid, uid)
        const first = await of({ ...args, ...rest }).catch((error: unknown) => {
          if (uid === 0 && 'state' in rest && (error as { code?: string }).code === 'E_UNSAFE_PATH')
            return undefined
          throw error
        })
        if (first === undefined) return
        assert.deepEqual([first.left, first.wrong], [[], []])
        assert.deepEqual((await of({ ...args, ...rest })).changes, [])
      }),
      { numRuns: often(4, 200, 'ACCOUNT_RUNS') },
    )
  })
})

const rm = (path: string): void => rmSync(path, { force: true })

describe('arguments of authorizedKey', () => {
  it('are checked before any host is touched', () => {
    const wrong: Partial<AuthorizedKeyArgs>[] = [
      { key: '' },
      { key: '# nothing' },
      { key: 'ssh-ed25519' },
      { key: 'ssh-ed25519 AAAA' },
      { key: `${A.slice(0, -8)} me` },
      { key: A.replace('ssh-ed25519', 'ssh-rsa') },
      { key: `${A}\nnonsense` },
      { key: '-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----\n' },
      { key: [] },
      { keyOptions: 'no-pty x' },
      { keyOptions: `no-pty ${B}` },
      { keyOptions: 'command="open' },
      { keyOptions: `a\n${B}` },
      { keyOptions: '# x' },
      { comment: `x\n${B}` },
      { state: 'absent', exclusive: true },
      { path: 'keys' },
    ]
    for (const args of wrong)
      assert.throws(
        () => authorizedKey('it', { user: 'app', key: A, ...args }),
        { code: 'E_BAD_ARGUMENT' },
        JSON.stringify(args),
      )
  })
})
