import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { UserError } from '../../../lib/core/errors.ts'
import { defineModule } from '../../../lib/core/module.ts'
import { type Reader, ask, readerOfOne } from '../../../lib/core/probe.ts'
import { paths } from '../../../lib/core/resource.ts'
import { sh } from '../../../lib/core/sh.ts'
import { copy, shell } from '../../../lib/modules/index.ts'
import { pattern } from '../../../lib/playbook/pattern.ts'
import { type Playbook, definePlay, definePlaybook } from '../../../lib/playbook/playbook.ts'
import { localTransport } from '../../../lib/transport/index.ts'
import type { ExchangeOptions, Transport } from '../../../lib/transport/transport.ts'
import { runLocal, runLocally } from '../../support/run-local.ts'
import { whenTold } from './when-told.ts'

const listing = readerOfOne<readonly string[]>({
  name: 'listing',
  ask: (folder) => sh`ls ${folder}`,
  parse: ({ stdout }) => stdout.toString().split('\n').filter(Boolean),
  sees: (folder) => [paths.below(folder)],
})

describe('a run that is stopped', () => {
  let root: string
  const at = (name: string) => join(root, name)
  /** What the tasks have made. */
  const made = () =>
    readdirSync(root)
      .filter((name) => name !== 'go')
      .toSorted()
  /** A command of a task that is under way until its host was told to stop, by `told`. */
  const untilTold = () => `until [ -e ${at('go')} ] || [ ! -d ${root} ]; do sleep 0.1; done`
  const told = whenTold(localTransport({ lock: false }), () => writeFileSync(at('go'), ''))
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'stop-'))
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  it('finishes and tells the change under way, begins no other, and owes its handler', async () => {
    const stop = new AbortController()
    const tasks = () => {
      const handler = shell('handler', { script: `echo handled >> ${at('log')}` })
      return [
        shell(
          'slow',
          { script: `touch ${at('begun')}; ${untilTold()}`, creates: at('begun') },
          { notify: handler },
        ),
        copy('next', { dest: at('next'), content: 'x' }),
      ]
    }
    const running = runLocal(tasks, { stop, hosts: 1, transport: told })
    while (!existsSync(at('begun'))) await sleep(10)
    stop.abort()
    const stopped = await running
    assert.deepEqual(stopped.statuses, ['slow: changed'])
    assert.equal(stopped.recap.exitCode, 130)
    assert.equal(stopped.recap.hosts['host-1']?.unreachable, false)
    assert.equal(existsSync(at('next')), false)
    assert.deepEqual((await runLocal(tasks)).statuses, ['slow: ok', 'next: changed', 'handler: changed'])
    assert.equal(readFileSync(at('log'), 'utf8'), 'handled\n')
  })

  for (const batch of [true, false])
    it(`ends after the one of twelve tasks that runs, and lists the others, ${batch ? 'batched' : 'one at a time'}`, async () => {
      const stop = new AbortController()
      const tasks = () =>
        Array.from({ length: 12 }, (_, i) =>
          shell(`task ${i}`, {
            script: `touch ${at(`begun-${i}`)}; ${i === 0 ? '' : `${untilTold()}; `}touch ${at(`ended-${i}`)}`,
          }),
        )
      const running = runLocal(tasks, { stop, batch, transport: told })
      while (!existsSync(at('begun-1'))) await sleep(10)
      stop.abort()
      const { statuses, recap, events } = await running
      assert.deepEqual(statuses, ['task 0: changed', 'task 1: changed'])
      assert.deepEqual(made(), ['begun-0', 'begun-1', 'ended-0', 'ended-1'])
      const notRun = events.flatMap((event) => (event.type === 'not-run' ? [event.because] : []))
      assert.deepEqual(notRun, Array<string>(10).fill('the run was stopped'))
      assert.deepEqual([recap.exitCode, recap.hosts['host-1']?.notRun], [130, 10])
    })

  it('does not cut a change of several steps in its middle', async () => {
    const stop = new AbortController()
    const steps = defineModule<{ path: string }, { path: string }, readonly string[]>({
      name: 'steps',
      args: z.strictObject({ path: z.string() }),
      probe: ({ path }) => ask(listing, path),
      plan: (_, names) => ({ changes: names.includes('step-3') ? [] : [{ what: 'steps' }] }),
      apply: ({ path }) =>
        [1, 2, 3].map((n) => ({ script: `${n === 1 ? '' : `${untilTold()}; `}touch ${path}/step-${n}` })),
    })
    const tasks = () => [
      steps('three steps', { path: root }, { notify: shell('handler', { script: 'true' }) }),
      copy('next', { dest: at('next'), content: 'x' }),
    ]
    const running = runLocal(tasks, { stop, transport: told })
    while (!existsSync(at('step-1'))) await sleep(10)
    stop.abort()
    assert.deepEqual((await running).statuses, ['three steps: changed'])
    assert.deepEqual(made(), ['step-1', 'step-2', 'step-3'])
  })

  it('ends at once the second time, and still has a recap', async () => {
    const [stop, stopNow] = [new AbortController(), new AbortController()]
    const tasks = () => [
      shell('slow', {
        script: `touch ${at('begun')}; until [ -e ${at('go')} ]; do sleep 0.1; done; touch ${at('ended')}`,
      }),
      copy('next', { dest: at('next'), content: 'x' }),
    ]
    const running = runLocal(tasks, { stop, stopNow })
    while (!existsSync(at('begun'))) await sleep(10)
    stop.abort()
    await sleep(300)
    stopNow.abort()
    const { recap, events } = await running
    assert.deepEqual([recap.exitCode, events.at(-1)?.type], [130, 'recap'])
    assert.deepEqual(readdirSync(root), ['begun'])
    // The step itself is still there, and holds the lock of this machine.
    writeFileSync(at('go'), '')
    while (!existsSync(at('ended'))) await sleep(10)
  })

  it('is at once when it is a dry run, and no host counts as unreachable', async () => {
    const stop = new AbortController()
    // It ends with the folder: what was cut off goes on.
    const unless = `while [ -d ${root} ]; do sleep 0.2; done`
    const tasks = () => [shell('waits', { script: 'true', unless })]
    const running = runLocal(tasks, { stop, check: true })
    await sleep(500)
    const since = performance.now()
    stop.abort()
    const { recap } = await running
    assert.ok(performance.now() - since < 30_000)
    assert.deepEqual([recap.exitCode, recap.hosts['host-1']?.unreachable], [130, false])
  })
})

describe('facts', () => {
  const reader: Reader<string> = {
    name: 'greeting',
    ask: () => 'echo hello',
    parse: ({ stdout }, keys) => keys.map((key) => (key === 'host-2' ? new Error('no') : stdout.toString())),
    sees: () => [],
  }

  it('are asked of hosts outside of --limit without a lock, and one that cannot say is a warning', async () => {
    const book = definePlaybook({
      description: 'test',
      facts: {
        greeting: {
          probe: (host) => ask(reader, host.name),
          unknown: 'unknown',
          become: false,
          hosts: 'all',
        },
      },
      plays: ({ facts }) => {
        if (facts.greeting['host-1'] === undefined) throw new UserError('E_TEST', 'no fact')
        return [definePlay({ name: 'test', hosts: pattern('all'), become: false })]
      },
    }) as Playbook
    const locked: string[] = []
    const run = await runLocally(book, {
      hosts: 3,
      limit: 'host-1',
      transport: spied(({ lock }, host) => void (lock === true && locked.push(host))),
    })
    assert.deepEqual([run.recap.exitCode, Object.keys(run.recap.hosts), locked], [0, ['host-1'], ['host-1']])
    const warnings = run.events.flatMap((event) => (event.type === 'notice' ? [event.text] : []))
    assert.deepEqual(warnings, ['host-2 could not be asked: greeting: no'])
  })
})

function spied(tell: (options: ExchangeOptions, host: string) => void): Transport {
  return {
    connect: async (host, signal) => {
      const connection = await localTransport({}).connect(host, signal)
      const exchange = connection.exchange.bind(connection)
      connection.exchange = (scripts, options) => {
        tell(options, host.name)
        return exchange(scripts, options)
      }
      return connection
    },
  }
}
