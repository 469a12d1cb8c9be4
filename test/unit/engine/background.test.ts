import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import type { RunEvent } from '../../../lib/core/events.ts'
import { askAll } from '../../../lib/core/probe.ts'
import { Secret } from '../../../lib/core/secret.ts'
import { defineModule } from '../../../lib/core/module.ts'
import { shell } from '../../../lib/modules/index.ts'
import { sql } from '../../../lib/postgres/index.ts'
import { runLocal } from '../../support/run-local.ts'
import { type Machine, startMachine } from '../../transport/machine.ts'

const JOBS = '/var/lib/run-playbook/jobs'
const background = { background: true }

describe('a task in the background', function () {
  let root: string
  const at = (name: string) => join(root, name)
  /** A command that ends when the test lets it, or is over. */
  const held = () => `until [ -e ${at('go')} ] || [ ! -d ${root} ]; do sleep 0.1; done`
  const lines = (name: string) =>
    existsSync(at(name)) ? readFileSync(at(name), 'utf8').trim().split('\n') : []
  const allJobs = () => (existsSync(JOBS) ? readdirSync(JOBS) : [])
  let earlier: readonly string[] = []
  const jobs = () => allJobs().filter((job) => !earlier.includes(job))

  before(function () {
    if (process.getuid?.() !== 0) this.skip()
  })
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'background-'))
    earlier = allJobs()
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  const until = async (true_: () => boolean): Promise<void> => {
    for (const deadline = Date.now() + 60_000; !true_();) {
      assert.ok(Date.now() < deadline, 'it took too long')
      await sleep(50)
    }
  }

  describe('on this machine', () => {
    it('reports what it printed, its exit code, and leaves nothing behind', async () => {
      const tasks = () => [
        shell('good', { script: 'cat; echo oops >&2', stdin: 'hello' }, background),
        shell('bad', { script: 'echo half; echo wrong >&2; exit 7' }, { ...background, ignoreErrors: true }),
        shell('next', { script: 'true' }),
      ]
      for (const batch of [true, false]) {
        const run = await runLocal(tasks, { batch })
        assert.deepEqual(run.statuses, ['good: changed', 'bad: failed', 'next: changed'])
        const [good, bad] = run.tasks
        assert.deepEqual([good?.stdout, good?.stderr], ['hello', 'oops\n'])
        assert.deepEqual([bad?.stdout, bad?.error?.exitCode, bad?.error?.output], ['half\n', 7, 'wrong'])
      }
      assert.deepEqual(jobs(), [])
    })

    it('is ended with all its processes when it takes too long', async () => {
      const script = `(sleep 3; touch ${at('late')}) & echo begun; sleep 60`
      const run = await runLocal(() => [shell('slow', { script }, { ...background, timeoutMs: 1000 })])
      assert.equal(run.tasks[0]?.error?.code, 'E_STEP_TIMEOUT')
      assert.equal(run.tasks[0]?.stdout, 'begun\n')
      await sleep(3000)
      assert.ok(!existsSync(at('late')))
      assert.deepEqual(jobs(), [])
    })

    it('is waited for by a second run, not started twice, and its result is taken once', async () => {
      const script = `echo run >> ${at('log')}; touch ${at('made')}; sleep 3; echo done`
      const tasks = () => [shell('long', { script, creates: at('made') }, background)]
      const stop = new AbortController()
      const first = runLocal(tasks, { stop })
      await until(() => lines('log').length > 0)
      stop.abort()
      const stopped = await first
      assert.equal(stopped.recap.exitCode, 130)
      assert.match(
        stopped.events.map((event) => (event.type === 'notice' ? event.text : '')).join(),
        /continues in the background/,
      )
      // What it creates is there before it has ended, and that does not make it ready.
      const second = await runLocal(tasks)
      assert.deepEqual(second.statuses, ['long: changed'])
      assert.equal(second.tasks[0]?.stdout, 'done\n')
      assert.deepEqual((await runLocal(tasks)).statuses, ['long: ok'])
      assert.deepEqual(lines('log'), ['run'])
    })

    it('is told of to other runs, which do something else', async () => {
      const script = `touch ${at('begun')}; until [ -e ${at('go')} ]; do sleep 0.1; done`
      const stop = new AbortController()
      const tasks = () => [shell('long', { script }, background)]
      const first = runLocal(tasks, { stop })
      await until(() => existsSync(at('begun')))
      stop.abort()
      await first
      const other = await runLocal(() => [shell('other', { script: 'true', creates: at('nothing') })])
      const notices = other.events.map((event) => (event.type === 'notice' ? event.text : ''))
      assert.match(notices.join(), /"long" of an earlier run is still running in the background/)
      writeFileSync(at('go'), '')
      const same = await runLocal(tasks)
      assert.doesNotMatch(same.events.map((event) => JSON.stringify(event)).join(), /of an earlier run/)
      assert.deepEqual(same.statuses, ['long: changed'])
    })

    it('is not started beside one of the same task with other arguments, which is told', async () => {
      const tasks = (word: string) => () => [
        shell('long', { script: `echo ${word} >> ${at('log')}; ${held()}` }, background),
      ]
      const stop = new AbortController()
      const first = runLocal(tasks('first'), { stop })
      await until(() => lines('log').length > 0)
      stop.abort()
      await first
      const second = await runLocal(tasks('second'))
      assert.equal(second.tasks[0]?.error?.code, 'E_OTHER_JOB')
      assert.match(second.tasks[0]?.error?.message ?? '', /"long" is still running in the background/)
      writeFileSync(at('go'), '')
      assert.deepEqual((await runLocal(tasks('first'))).statuses, ['long: changed'])
      assert.deepEqual((await runLocal(tasks('second'))).statuses, ['long: changed'])
      assert.deepEqual(lines('log'), ['first', 'second'])
    })

    it('that ended meanwhile is taken over by the next run', async () => {
      const script = `echo run >> ${at('log')}; sleep 1; echo out; exit 3`
      const tasks = () => [shell('long', { script }, background)]
      const stop = new AbortController()
      const first = runLocal(tasks, { stop })
      await until(() => lines('log').length > 0)
      stop.abort()
      await first
      await sleep(1500)
      const second = await runLocal(tasks)
      assert.deepEqual([second.tasks[0]?.error?.exitCode, second.tasks[0]?.stdout], [3, 'out\n'])
      assert.deepEqual(lines('log'), ['run'])
      assert.deepEqual(jobs(), [])
    })

    it('keeps a secret in no file longer than it takes to read it, and shows files to nobody', async () => {
      const env = { PASSWORD: new Secret('password', 'correct horse battery') }
      const script = `echo "$PASSWORD" | wc -c; umask > ${at('umask')}; ${held()}`
      const stop = new AbortController()
      const first = runLocal(() => [shell('long', { script, env }, background)], { stop })
      await until(() => lines('umask').length > 0)
      const [id = ''] = jobs()
      assert.equal(statSync(join(JOBS, id)).mode & 0o777, 0o700)
      for (const name of readdirSync(join(JOBS, id))) {
        assert.equal(statSync(join(JOBS, id, name)).mode & 0o077, 0, name)
        assert.doesNotMatch(readFileSync(join(JOBS, id, name), 'utf8'), /correct horse/, name)
      }
      writeFileSync(at('go'), '')
      const run = await first
      assert.equal(run.tasks[0]?.stdout, '22\n')
      assert.deepEqual(lines('umask'), ['0022'])
    })

    it('cannot be what is no shell command', async () => {
      const on = { host: '127.0.0.1', password: new Secret('p', 'p') }
      const statement = defineModule({
        name: 'statement',
        args: z.strictObject({}),
        probe: () => askAll({}),
        plan: () => ({ changes: [{ what: 'x', from: 1, to: 2 }] }),
        apply: () => [sql('SELECT 1', on)],
      })
      const run = await runLocal(() => [statement('it', {}, background)])
      assert.equal(run.tasks[0]?.error?.code, 'E_BACKGROUND')
    })

    it('asks in no further trip when there is nothing to do', async () => {
      const trips = async (options: object) =>
        (await runLocal(() => [shell('s', { script: 'true', creates: '/etc' }, options)])).recap.hosts[
          'host-1'
        ]?.roundTrips
      assert.equal(await trips(background), await trips({}))
    })
  })

  describe('on a machine that is lost', () => {
    let machine: Machine
    beforeEach(async () => {
      machine = await startMachine()
    })
    afterEach(() => machine.stop())

    it('goes on without the connection, and the run comes back to it', async () => {
      const { transport } = machine
      const script = `echo run >> ${at('log')}; until [ -e ${at('go')} ]; do sleep 0.1; done; echo done`
      const again = (event: RunEvent): boolean =>
        event.type === 'notice' && event.text.includes('connecting again')
      const onEvent = (event: RunEvent): void => {
        if (again(event)) writeFileSync(at('go'), '')
      }
      const run = runLocal(() => [shell('long', { script }, background)], { transport, onEvent })
      await until(() => lines('log').length > 0)
      await sleep(500)
      machine.cut()
      const { statuses, tasks, events } = await run
      assert.deepEqual([statuses, tasks[0]?.stdout], [['long: changed'], 'done\n'])
      assert.ok(events.some(again))
      assert.deepEqual(lines('log'), ['run'])
    })

    it('fails with words when the host was restarted in the middle', async () => {
      const { transport } = machine
      const script = `echo begun; touch ${at('begun')}; sleep 30`
      const run = runLocal(() => [shell('long', { script }, background)], { transport })
      await until(() => existsSync(at('begun')))
      machine.crash()
      const { tasks } = await run
      assert.equal(tasks[0]?.error?.code, 'E_JOB_LOST')
      assert.match(tasks[0]?.error?.message ?? '', /the host was restarted while it ran/)
      assert.equal(tasks[0]?.stdout, 'begun\n')
      assert.deepEqual(jobs(), [])
    })
  })
})
