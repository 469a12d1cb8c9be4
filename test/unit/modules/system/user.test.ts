import assert from 'node:assert/strict'
import { existsSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { UserError } from '../../../../lib/core/errors.ts'
import { Secret } from '../../../../lib/core/secret.ts'
import type { UserArgs } from '../../../../lib/modules/system/user/args.ts'
import { user } from '../../../../lib/modules/system/user/module.ts'
import { often } from '../../../support/often.ts'
import { converge, run } from '../driver.ts'
import { onEachMachine } from './machines.ts'
import { groupsOf, leave, lineOf } from './user-accounts.ts'
import { APP, CASES, HASH, password } from './user-cases.ts'

onEachMachine('user', (machine, kind) => {
  for (const [what, one] of Object.entries(CASES)) {
    const { before, args, line, groups, shadow, changes = true, shadowOnly, failed } = one
    it(what, async () => {
      if (before !== undefined) leave(machine(), before)
      const task = user('it', { name: 'app', ...args })
      if (failed === true) {
        await assert.rejects(converge(task, machine().shell), UserError)
        assert.equal(lineOf(machine(), '/etc/passwd'), undefined)
        return
      }
      if (kind === 'busybox' && shadowOnly === true) {
        const files = ['/etc/passwd', '/etc/shadow', '/etc/group']
        const were = files.map(machine().read)
        await assert.rejects(converge(task, machine().shell), { code: 'E_UNSUPPORTED', hint: /'shadow'/ })
        assert.deepEqual(files.map(machine().read), were)
        return
      }
      const done = await converge(task, machine().shell)
      assert.deepEqual([done.left, done.wrong], [[], []])
      assert.equal(done.changes.length > 0, changes)
      const is = lineOf(machine(), '/etc/passwd')
      if (line === undefined) assert.equal(is, undefined)
      else assert.match(is ?? '', line)
      if (groups !== undefined) assert.equal(groupsOf(machine()), groups)
      if (shadow !== undefined) assert.match(lineOf(machine(), '/etc/shadow') ?? '', shadow)
    })
  }

  it('makes the home folder with what is in /etc/skel, for the user alone', async () => {
    await converge(user('it', { name: 'app', uid: 1234 }), machine().shell)
    for (const path of ['/home/app', '/home/app/.profile']) {
      const { uid, gid } = lstatSync(machine().at(path))
      assert.deepEqual([uid, gid], [1234, 1234], path)
    }
  })

  it('makes the home folder of a user that is there, and leaves one that is there', async () => {
    leave(machine(), APP)
    mkdirSync(machine().at('/srv/data'))
    const done = await converge(user('it', { name: 'app' }), machine().shell)
    assert.deepEqual(done.changes, [{ what: 'home folder', from: 'absent', to: '/home/app' }])
    assert.deepEqual(done.wrong, [])
    assert.equal(lstatSync(machine().at('/home/app')).uid, 1500)
    writeFileSync(machine().at('/home/app/mine'), 'x')
    const other = await converge(user('it', { name: 'other', home: '/home/app' }), machine().shell)
    assert.deepEqual([other.left, other.wrong], [[], []])
    assert.equal(lstatSync(machine().at('/home/app')).uid, 1500)
  })

  it('makes no home folder with createHome: false', async () => {
    await converge(user('it', { name: 'app', createHome: false }), machine().shell)
    assert.ok(!existsSync(machine().at('/home/app')))
  })

  it('removes the home folder with removeHome, and only then', async () => {
    const made = user('it', { name: 'app' })
    await converge(made, machine().shell)
    await converge(user('it', { name: 'app', state: 'absent' }), machine().shell)
    assert.ok(existsSync(machine().at('/home/app/.profile')))
    writeFileSync(machine().at('/var/mail/app'), 'x')
    machine().reset()
    await converge(made, machine().shell)
    const done = await converge(
      user('it', { name: 'app', state: 'absent', removeHome: true }),
      machine().shell,
    )
    assert.deepEqual([done.left, done.wrong], [[], []])
    assert.ok(!existsSync(machine().at('/home/app')))
  })

  it('removes no folder that the task does not name, or that is not of the user', async () => {
    leave(machine(), { passwd: 'app:x:1500:100::/srv/app:/bin/sh' })
    mkdirSync(machine().at('/srv/app'))
    const args = { name: 'app', state: 'absent', removeHome: true } as const
    await assert.rejects(converge(user('it', args), machine().shell), {
      code: 'E_OTHER_HOME',
      hint: /\/srv\/app/,
    })
    await assert.rejects(converge(user('it', { ...args, home: '/srv/app' }), machine().shell), {
      code: 'E_UNSAFE_PATH',
    })
    assert.match(lineOf(machine(), '/etc/passwd') ?? '', /^app:/)
  })

  it('refuses what the host cannot have, before it changes anything', async () => {
    const of = (args: Omit<UserArgs, 'name'>) =>
      converge(user('it', { name: 'app', ...args }), machine().shell)
    await assert.rejects(of({ group: 'none' }), { code: 'E_NO_ACCOUNT', hint: /userGroup\('none'/ })
    await assert.rejects(of({ groups: ['none'] }), { code: 'E_NO_ACCOUNT' })
    await assert.rejects(of({ uid: 1 }), { code: 'E_ID_TAKEN', message: /belongs to the user daemon/ })
    await assert.rejects(of({ passwordLock: false }), { code: 'E_UNSUPPORTED' })
    assert.equal(lineOf(machine(), '/etc/passwd'), undefined)
  })

  it('sends the hash on standard input alone, and shows it nowhere', async () => {
    const done = await converge(user('it', { name: 'app', password }), machine().shell)
    const again = await converge(
      user('it', { name: 'app', password: new Secret('b', '$6$other$abc') }),
      machine().shell,
    )
    const shown = JSON.stringify([done, again])
    for (const hash of [HASH, '$6$other$abc']) assert.ok(!shown.includes(hash))
    const { stdout } = await run(machine().shell, { script: 'cat /etc/shadow' })
    assert.match(stdout.toString(), /^app:\$6\$other\$abc:/m)
  })

  it('makes a user in a group that has its name', async () => {
    writeFileSync(
      machine().at('/etc/group'),
      `${readFileSync(machine().at('/etc/group'), 'utf8')}app:x:700:\n`,
    )
    const done = await converge(user('it', { name: 'app' }), machine().shell)
    assert.deepEqual([done.left, done.wrong], [[], []])
    assert.match(lineOf(machine(), '/etc/passwd') ?? '', /^app:x:1000:700:/)
  })

  it('converges at once, as foretold, whatever is there', async () => {
    const option = <const T>(...values: T[]) => fc.option(fc.constantFrom(...values), { nil: undefined })
    const found = fc.record({
      passwd: fc.constantFrom(
        'app:x:1500:100:c:/home/app:/bin/sh',
        'app:x:1000:50::/srv/app:',
        'other:x:1000:1000::/x:/bin/sh',
      ),
      shadow: fc.constantFrom('', 'app:!:1:0:99999:7:::', 'app:*:1:0:99999:7:::', `app:!!${HASH}:1::::::`),
      groups: fc.subarray(['staff', 'docker', 'users']),
    })
    const wanted = fc.record({
      state: option('present', 'absent'),
      uid: option(1500, 1777),
      group: option('users', 'staff'),
      groups: option(['docker'], [], ['staff', 'users']),
      append: fc.boolean(),
      home: option('/home/app', '/srv/app'),
      createHome: option(true, false),
      shell: option('/bin/false'),
      comment: option('', 'some one'),
      system: fc.boolean(),
      password: option(password),
      passwordLock: option(true),
    })
    await fc.assert(
      fc.asyncProperty(fc.option(found, { nil: undefined }), wanted, async (is, { append, ...args }) => {
        machine().reset()
        if (is !== undefined) leave(machine(), is)
        const task = user('it', { name: 'app', ...args, ...(args.groups === undefined ? {} : { append }) })
        const first = await converge(task, machine().shell).catch((error: unknown) => {
          const { code } = error as { code?: string }
          // Refused, with a reason, before any change.
          if (code === 'E_UNSUPPORTED' || code === 'E_OTHER_HOME' || code === 'E_CANNOT_LOOK')
            return undefined
          throw error
        })
        if (first === undefined) return
        assert.deepEqual([first.left, first.wrong], [[], []])
        assert.deepEqual((await converge(task, machine().shell)).changes, [])
      }),
      { numRuns: often(4, 200, 'ACCOUNT_RUNS') },
    )
  })
})

describe('arguments of user', () => {
  it('are checked before any host is touched', () => {
    const wrong: Partial<UserArgs>[] = [
      { name: '12' },
      { comment: 'a:b' },
      { shell: 'sh' },
      { home: '/' },
      { append: true },
      { removeHome: true },
      { state: 'absent', removeHome: true, home: '/var/lib' },
      { name: 'root', state: 'absent' },
      { expires: '2030-02-31' },
      { password: new Secret('plain', 'correct horse battery') },
      { password: new Secret('line', `$6$a$b\nroot:$6$c$d`) },
    ]
    for (const args of wrong)
      assert.throws(
        () => user('it', { name: 'app', ...args }),
        { code: 'E_BAD_ARGUMENT' },
        JSON.stringify(args),
      )
  })
})
