import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { copy, reboot, shell } from '../../../lib/modules/index.ts'
import { runLocal } from '../../support/run-local.ts'
import { type Machine, startMachine } from '../../transport/machine.ts'

describe('reboot', function () {
  let machine: Machine
  const start = async (options?: Parameters<typeof startMachine>[0]) => {
    machine = await startMachine(options)
    const { transport } = machine
    return { transport, connection: 'ssh' } as const
  }
  before(function () {
    if (process.getuid?.() !== 0) this.skip()
  })
  afterEach(() => machine.stop())

  for (const batch of [true, false])
    it(`waits until the host is back, and the tasks go on, ${batch ? 'batched' : 'one at a time'}`, async () => {
      const how = { ...(await start()), batch }
      const tasks = () => [
        copy('before', { dest: '/run/before', content: 'x' }),
        reboot('reboot', {}),
        shell('after', { script: '[ ! -e /run/before ] && echo up' }),
      ]
      const dry = await runLocal(tasks, { ...how, check: true })
      assert.deepEqual(dry.statuses, ['before: would-change', 'reboot: would-change', 'after: would-change'])
      assert.equal(machine.boots(), 1)
      const run = await runLocal(tasks, how)
      assert.deepEqual(run.statuses, ['before: changed', 'reboot: changed', 'after: changed'])
      assert.equal(run.tasks[2]?.stdout, 'up\n')
      assert.equal(machine.boots(), 2)
    })

  it('does nothing where the host does not ask for it, and once where it does', async () => {
    const how = await start()
    const tasks = () => [reboot('reboot', { ifNeeded: true })]
    assert.deepEqual((await runLocal(tasks, how)).statuses, ['reboot: ok'])
    machine.inside('touch /run/reboot-required')
    assert.deepEqual((await runLocal(tasks, how)).statuses, ['reboot: changed'])
    assert.deepEqual((await runLocal(tasks, how)).statuses, ['reboot: ok'])
    assert.equal(machine.boots(), 2)
  })

  it('is refused where it would be that of the own machine, before any change, unless asked for', async () => {
    const { transport } = await start()
    const tasks = (ownMachine?: boolean) => () => [
      reboot('reboot', { ownMachine }),
      copy('after', { dest: '/run/after', content: '' }),
    ]
    for (const how of [{ check: true }, { batch: true }, { batch: false }]) {
      const run = await runLocal(tasks(), { ...how, transport })
      assert.deepEqual(run.statuses, ['reboot: failed'])
      assert.equal(run.tasks[0]?.error?.code, 'E_OWN_MACHINE')
    }
    assert.equal(machine.boots(), 1)
    // It is another machine, whatever the inventory says.
    const run = await runLocal(tasks(true), { transport })
    assert.deepEqual(run.statuses, ['reboot: changed', 'after: changed'])
  })

  it('is a handler', async () => {
    const how = await start()
    const handler = reboot('reboot', {})
    const tasks = () => [copy('x', { dest: join(machine.sshd.dir, 'x'), content: 'x' }, { notify: handler })]
    const run = await runLocal(tasks, how)
    assert.deepEqual(run.statuses, ['x: changed', 'reboot: changed'])
    assert.deepEqual((await runLocal(tasks, how)).statuses, ['x: ok'])
    assert.equal(machine.boots(), 2)
  })

  it('gives up on a host that does not come back, and the others go on', async () => {
    const how = { ...(await start()), hosts: 2 }
    machine.breaks()
    const flag = join(machine.sshd.dir, 'flag')
    const run = await runLocal(
      ({ name }) => [
        name === 'host-1' && reboot('reboot', { timeoutMs: 3000 }),
        shell('next', { script: `sleep 0.2; echo ${name} >> ${flag}` }),
      ],
      how,
    )
    assert.deepEqual(run.statuses, ['next: changed'])
    assert.ok(existsSync(flag))
    const lost = run.events.find((event) => event.type === 'unreachable')
    assert.equal(lost?.host, 'host-1')
    assert.equal(lost?.error.code, 'E_NOT_BACK')
    assert.match(lost?.error.message ?? '', /host-1 did not come back within 3 seconds/)
    assert.equal(run.recap.exitCode, 4)
  })

  it('does not believe a host that goes on as if nothing had been said', async () => {
    const how = await start({ shutdown: 'exit 0' })
    const run = await runLocal(() => [reboot('reboot', { timeoutMs: 2500 })], how)
    const lost = run.events.find((event) => event.type === 'unreachable')
    assert.equal(lost?.error.code, 'E_NOT_BACK')
    assert.match(lost?.error.hint ?? '', /answers, but was not restarted yet/)
  })

  it('fails when the host refuses', async () => {
    const how = await start({ shutdown: 'echo not now >&2; exit 1' })
    const run = await runLocal(() => [reboot('reboot', {})], how)
    assert.deepEqual(run.statuses, ['reboot: failed'])
    assert.match(run.tasks[0]?.error?.output ?? '', /not now/)
  })

  it('is finished by the next run when the operator is killed in the middle', async () => {
    const how = await start()
    machine.inside('touch /run/reboot-required')
    const program = `
      import { createTransport, ssh } from './lib/transport/index.ts'
      import { reboot } from './lib/modules/index.ts'
      import { runLocal } from './test/support/run-local.ts'
      const own = createTransport({ sshConfigFile: process.argv.at(-1) })
      const transport = { connect: (host, signal) => own.connect({ ...host, connection: ssh() }, signal) }
      const onEvent = ({ type }) => console.log(type)
      await runLocal(() => [reboot('reboot', { ifNeeded: true })], { transport, connection: 'ssh', onEvent })`
    const config = machine.sshd.sshConfig('Host *\n  User root\n')
    const args = ['--import', 'tsx', '--conditions=source', '--input-type=module', '-e', program, config]
    const operator = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    const began = await new Promise<boolean>((resolve) => {
      operator.stdout.on('data', (text: Buffer) => text.includes('task-start') && resolve(true))
      operator.once('exit', () => resolve(false))
    })
    assert.ok(began, 'the run ended before it began')
    operator.kill('SIGKILL')
    // The host may still be going down: then the connection is lost, and whoever runs it again succeeds.
    for (let tries = 0; ; tries++) {
      const run = await runLocal(() => [reboot('reboot', { ifNeeded: true })], how)
      if (run.recap.exitCode === 0) break
      assert.ok(tries < 100)
      await new Promise((resolve) => setTimeout(resolve, 300))
    }
    const last = await runLocal(() => [reboot('reboot', { ifNeeded: true })], how)
    assert.deepEqual(last.statuses, ['reboot: ok'])
    assert.equal(machine.boots(), 2)
  })
})
