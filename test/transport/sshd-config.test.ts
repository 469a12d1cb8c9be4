import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ShellStep } from '../../lib/core/module.ts'
import { type SshdConfigArgs, type SshdConfigState, sshdConfig } from '../../lib/modules/index.ts'
import { createTransport, ssh } from '../../lib/transport/index.ts'
import { runLocal } from '../support/run-local.ts'
import { SHELLS, converge, observe, run } from '../unit/modules/driver.ts'
import { type Sshd, startSshd } from './sshd.ts'

/** What the server says of itself before any login. */
const greeting = (port: number): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {})
    socket.once('error', reject).once('data', (data) => {
      resolve(data.toString().trim())
      socket.destroy()
    })
  })

for (const place of ['a drop-in', 'a block'] as const)
  describe(`sshdConfig in ${place}`, function () {
    let sshd: Sshd
    before(function () {
      if (process.getuid?.() !== 0) this.skip()
    })
    beforeEach(async () => {
      const include = place === 'a drop-in' ? 'Include %DIR%/sshd_config.d/*.conf\n' : ''
      sshd = await startSshd(`${include}# first`, undefined, (dir) => mkdirSync(join(dir, 'sshd_config.d')))
    })
    afterEach(() => sshd.stop())

    const config = () => join(sshd.dir, 'sshd_config')
    const file = () => (place === 'a block' ? config() : join(sshd.dir, 'sshd_config.d/00-run-playbook.conf'))
    const text = () => (existsSync(file()) ? readFileSync(file(), 'utf8') : '')
    const task = (args: Partial<SshdConfigArgs> = {}) =>
      sshdConfig('it', {
        path: config(),
        options: { VersionAddendum: 'rp-new' },
        timeoutMs: 100_000,
        ...args,
      })
    const through =
      (client: 'auto' | 'openssh' = 'auto') =>
      (args: Partial<SshdConfigArgs> = {}, check = false) => {
        const own = createTransport({ sshConfigFile: sshd.sshConfig('Host *\n  User root\n') })
        const connection = ssh({ transport: client })
        return runLocal(() => [task(args)], {
          check,
          connection: 'ssh',
          transport: {
            connect: (host, signal) => own.connect({ ...host, address: '127.0.0.1', connection }, signal),
          },
        })
      }
    const until = async (what: () => boolean | Promise<boolean>): Promise<void> => {
      for (const deadline = Date.now() + 60_000; !(await what()); await sleep(50))
        assert.ok(Date.now() < deadline, 'it does not come about')
    }
    const left = () => readdirSync('/run').filter((name) => name.startsWith('run-playbook-sshd-'))

    for (const client of ['auto', 'openssh'] as const)
      it(`changes a server that is reached by SSH, ${client === 'auto' ? 'by itself' : "with OpenSSH's client"}`, async () => {
        const of = through(client)
        const match = [{ criteria: 'User nobody', options: { PermitTTY: 'no' } }]
        const before = text()
        assert.deepEqual((await of({ match }, true)).statuses, ['it: would-change'])
        assert.equal(text(), before)
        const done = await of({ match })
        assert.deepEqual(done.statuses, ['it: changed'], JSON.stringify(done.tasks))
        assert.match(await greeting(sshd.port), / rp-new$/)
        assert.match(text(), /VersionAddendum rp-new\n[^]*Match User nobody\n {2}PermitTTY no\n/)
        assert.deepEqual((await of({ match })).statuses, ['it: ok'])
        assert.deepEqual((await of({ state: 'absent' })).statuses, ['it: changed'])
        assert.doesNotMatch(await greeting(sshd.port), /rp-new/)
        assert.equal(text(), before)
        assert.deepEqual((await of({ state: 'absent' })).statuses, ['it: ok'])
        assert.deepEqual(left(), [])
      })

    const lockouts: Readonly<Record<string, Partial<SshdConfigArgs>>> = {
      'allows another user only': { options: { VersionAddendum: 'rp-new', AllowUsers: 'nobody' } },
      'forbids the key of the login': {
        match: [{ criteria: 'User root', options: { PubkeyAuthentication: 'no' } }],
      },
      'runs another command': {
        match: [{ criteria: 'User root', options: { ForceCommand: '/bin/false' } }],
      },
    }
    for (const [what, args] of Object.entries(lockouts))
      it(`takes a configuration back that ${what}`, async () => {
        const before = text()
        const { statuses, tasks } = await through()(args)
        assert.deepEqual(statuses, ['it: failed'])
        assert.equal(tasks[0]?.error?.code, 'E_NO_NEW_LOGIN')
        assert.match(tasks[0]?.error?.hint ?? '', /was taken back/)
        assert.equal(text(), before)
        assert.doesNotMatch(await greeting(sshd.port), /rp-new/)
        await (await sshd.connect('root')).exchange([{ kind: 'probe', script: ':' }], { user: 'login' })
        assert.deepEqual(left(), [])
      })

    it('comes back by itself when the run is killed before the new login', async () => {
      const before = text()
      const one = task({ options: { VersionAddendum: 'rp-new', AllowUsers: 'nobody' }, timeoutMs: 10_000 })
      const state = (await observe(['sh'], one.module.probe(one.args))) as SshdConfigState
      const steps = one.module.apply(one.args, state) as readonly ShellStep[]
      assert.equal(steps.length, 2)
      for (const step of steps.slice(0, 1)) {
        const { code, stderr } = await run(['sh'], step)
        assert.equal(code, 0, stderr.toString())
      }
      assert.match(await greeting(sshd.port), /rp-new/)
      assert.notEqual(text(), before)
      assert.match(
        String(((await observe(['sh'], one.module.probe(one.args))) as SshdConfigState).sshd?.pending),
        /true/,
      )
      assert.deepEqual(
        one.module
          .plan(one.args, await observe(['sh'], one.module.probe(one.args)))
          .changes.map(({ what }) => what),
        ['earlier change'],
      )
      await until(
        async () => text() === before && !/rp-new/.test(await greeting(sshd.port).catch(() => 'rp-new')),
      )
      await until(() => left().length === 0)
      const late = await run(['sh'], steps[1] as ShellStep)
      assert.match(late.stderr.toString(), /took the change back by itself/)
      await (await sshd.connect('root')).exchange([{ kind: 'probe', script: ':' }], { user: 'login' })
    })

    it('makes a change anew that an earlier run did not confirm', async () => {
      const one = task()
      const state = (await observe(['sh'], one.module.probe(one.args))) as SshdConfigState
      for (const step of one.module.apply(one.args, state).slice(0, 1)) await run(['sh'], step as ShellStep)
      assert.equal(left().length, 1)
      assert.deepEqual((await through()()).statuses, ['it: changed'])
      assert.deepEqual((await through()()).statuses, ['it: ok'])
      assert.match(await greeting(sshd.port), / rp-new$/)
      assert.deepEqual(left(), [])
    })

    it('refuses what sshd does not understand, in a dry run too', async () => {
      const before = text()
      for (const check of [true, false])
        for (const args of [
          { options: { PermitRootLogn: 'no' } },
          { options: { PermitRootLogin: 'maybe' } },
          { match: [{ criteria: 'User x', options: { Port: 22 } }] },
        ]) {
          const { tasks } = await through()(args, check)
          assert.equal(tasks[0]?.error?.code, 'E_BAD_SSHD_CONFIG')
          assert.match(tasks[0]?.error?.message ?? '', /PermitRootLogn|maybe|Port/)
        }
      assert.equal(text(), before)
    })

    if (place === 'a drop-in')
      it('names the file that sets a directive first', async () => {
        const other = join(sshd.dir, 'sshd_config.d/00-a.conf')
        writeFileSync(other, '# theirs\nversionaddendum other\n')
        const { tasks } = await through()()
        assert.equal(tasks[0]?.status, 'failed')
        assert.match(tasks[0]?.error?.message ?? '', /versionaddendum.*00-a\.conf:2:versionaddendum other/)
        assert.equal(existsSync(file()), false)
        rmSync(other)
        assert.deepEqual((await through()()).statuses, ['it: changed'])
        writeFileSync(other, '# theirs\nVersionAddendum other\n')
        for (const check of [true, false]) {
          const again = (await through()({}, check)).tasks[0]?.error
          assert.equal(again?.code, 'E_SSHD_OVERRIDDEN')
          assert.match(
            again?.message ?? '',
            /takes versionaddendum other instead of rp-new: .*00-a\.conf:2 sets/,
          )
        }
      })

    for (const [name, shell] of Object.entries(SHELLS))
      it(`needs no more than ${name} on the host, and foretells what it does`, async () => {
        const { left: rest, wrong, changes } = await converge(task(), shell)
        assert.deepEqual([rest, wrong, changes.length], [[], [], 1])
        assert.match(await greeting(sshd.port), / rp-new$/)
        assert.deepEqual((await converge(task(), shell)).changes, [])
        const other = await converge(
          task({ options: { versionaddendum: 'rp-two', AcceptEnv: ['A', 'B'] } }),
          shell,
        )
        assert.deepEqual([other.left, other.wrong], [[], []])
        assert.match(await greeting(sshd.port), / rp-two$/)
        const gone = await converge(task({ state: 'absent' }), shell)
        assert.deepEqual([gone.left, gone.wrong], [[], []])
      })
  })
