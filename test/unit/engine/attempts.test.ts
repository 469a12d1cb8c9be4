import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { changed, failed, from } from '../../../lib/core/deferred.ts'
import { defineModule } from '../../../lib/core/module.ts'
import { ask } from '../../../lib/core/probe.ts'
import { copy, shell } from '../../../lib/modules/index.ts'
import { stat } from '../../../lib/modules/shared/stat.ts'
import { runLocal } from '../../support/run-local.ts'

describe('an attempt', () => {
  let root: string
  const at = (name: string) => join(root, name)
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'attempts-'))
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  /** Counts its runs in a file and succeeds in the n-th. */
  const succeedsIn = (n: number) => ({
    script: `echo x >> ${at('count')}; [ "$(wc -l < ${at('count')})" -ge ${n} ]`,
  })
  const runs = () =>
    existsSync(at('count')) ? readFileSync(at('count'), 'utf8').trim().split('\n').length : 0

  for (const batch of [true, false])
    describe(batch ? 'batched' : 'one at a time', () => {
      it('that fails is followed by another, as many as are allowed', async () => {
        const tasks = (n: number) => () => [
          shell('tries', succeedsIn(n), { retry: { times: 3, delayMs: 10 } }),
          copy('next', { dest: at('next'), content: 'x' }),
        ]
        const third = await runLocal(tasks(3), { batch })
        assert.deepEqual(third.statuses, ['tries: changed', 'next: changed'])
        assert.deepEqual([runs(), third.tasks[0]?.attempts], [3, 3])
        rmSync(at('count'))
        const never = await runLocal(tasks(9), { batch })
        assert.deepEqual(never.statuses, ['tries: failed'])
        assert.deepEqual([runs(), never.tasks[0]?.attempts, never.recap.exitCode], [3, 3, 2])
      })

      it('is repeated until what it prints is as wanted', async () => {
        const tasks = (times: number) => () => [
          shell(
            'asks',
            { script: `echo x >> ${at('count')}; wc -l < ${at('count')}`, changes: false },
            { retry: { times, delayMs: 10, until: ({ state }) => Number(state.stdout) >= 3 } },
          ),
        ]
        const run = await runLocal(tasks(10), { batch })
        assert.deepEqual(run.statuses, ['asks: ok'])
        assert.equal(runs(), 3)
        rmSync(at('count'))
        const late = await runLocal(tasks(2), { batch })
        assert.deepEqual(late.statuses, ['asks: failed'])
        assert.match(late.tasks[0]?.error?.message ?? '', /until is still false after 2 attempts/)
      })
    })

  it('that makes a later one needless is seen: the task is planned anew each time', async () => {
    const tasks = () => [
      shell(
        'half',
        { script: `touch ${at('made')}; exit 1`, creates: at('made') },
        { retry: { delayMs: 10 } },
      ),
    ]
    const run = await runLocal(tasks)
    assert.deepEqual(run.statuses, ['half: ok'])
    assert.equal(run.tasks[0]?.attempts, 2)
  })

  it('whose until is not true yet is unknown in a dry run, which makes none', async () => {
    const tasks = (word: string) => () => [
      shell(
        'wait',
        { script: `echo ${word}`, changes: false },
        { retry: { times: 2, delayMs: 1, until: ({ state }) => state.stdout === 'ready\n' } },
      ),
      copy('next', { dest: at('next'), content: 'x' }),
    ]
    for (const batch of [true, false]) {
      const waits = await runLocal(tasks('wait'), { check: true, batch })
      assert.deepEqual([waits.statuses, waits.recap.exitCode], [['wait: unknown', 'next: would-change'], 0])
      const ready = await runLocal(tasks('ready'), { check: true, batch })
      assert.deepEqual(ready.statuses, ['wait: ok', 'next: would-change'])
    }
  })

  it('counts as a change when changedWhen says so', async () => {
    const tasks = (word: string) => () => {
      const sync = shell(
        'sync',
        { script: `echo ${word}` },
        { changedWhen: ({ state }) => state.stdout === 'new\n' },
      )
      return [sync, copy('after', { dest: at('after'), content: word }, { when: changed(sync) })]
    }
    assert.deepEqual((await runLocal(tasks('new'))).statuses, ['sync: changed', 'after: changed'])
    assert.deepEqual((await runLocal(tasks('old'))).statuses, ['sync: ok', 'after: skipped'])
    assert.deepEqual((await runLocal(tasks('old'), { check: true })).statuses, [
      'sync: unknown',
      'after: unknown',
    ])
    const never = () => [shell('runs', { script: `echo x >> ${at('count')}` }, { changedWhen: false })]
    assert.deepEqual((await runLocal(never, { check: true })).statuses, ['runs: ok'])
    assert.equal(runs(), 0)
    assert.deepEqual((await runLocal(never)).statuses, ['runs: ok'])
    assert.equal(runs(), 1)
  })

  it('fails when failedWhen says so, whatever the exit code', async () => {
    const judged = (script: string) => () => [
      shell(
        'judged',
        { script },
        { failedWhen: ({ state }) => state.stdout.includes('ERROR') && 'it printed ERROR' },
      ),
      shell('next', { script: 'true' }),
    ]
    const bad = await runLocal(judged('echo an ERROR'))
    assert.deepEqual(bad.statuses, ['judged: failed'])
    assert.equal(bad.tasks[0]?.error?.message, 'it printed ERROR')
    assert.deepEqual((await runLocal(judged('echo fine; exit 1'))).statuses, [
      'judged: changed',
      'next: changed',
    ])
    const reads = () => [
      shell('reads', { script: 'exit 4', changes: false }, { failedWhen: ({ state }) => state.code !== 4 }),
    ]
    assert.deepEqual((await runLocal(reads)).statuses, ['reads: ok'])
    assert.deepEqual((await runLocal(reads, { check: true })).statuses, ['reads: ok'])
  })

  it('may take as long as the task says', async () => {
    const run = await runLocal(() => [shell('slow', { script: 'sleep 30' }, { timeoutMs: 1000 })])
    assert.deepEqual(run.statuses, ['slow: failed'])
    assert.equal(run.tasks[0]?.error?.code, 'E_STEP_TIMEOUT')
  })

  it('whose failure is ignored is counted as such', async () => {
    const run = await runLocal(() => [shell('breaks', { script: 'exit 1' }, { ignoreErrors: true })])
    const { ok, failed, ignored } = run.recap.hosts['host-1'] ?? {}
    assert.deepEqual([ok, failed, ignored, run.recap.exitCode], [0, 0, 1, 0])
  })

  it('whose failure is ignored is counted on its host, and not on those where nothing failed', async () => {
    const tasks = ({ name }: { readonly name: string }) => [
      shell('breaks', { script: `[ ${name} = host-2 ]`, changes: false }, { ignoreErrors: true }),
    ]
    const { recap } = await runLocal(tasks, { hosts: 3 })
    const counts = ['host-1', 'host-2', 'host-3'].map((name) => {
      const { ok, failed, ignored } = recap.hosts[name] ?? {}
      return [ok, failed, ignored]
    })
    assert.deepEqual(counts, [
      [0, 0, 1],
      [1, 0, 0],
      [0, 0, 1],
    ])
    assert.equal(recap.exitCode, 0)
  })

  it('whose failure is ignored may fail: what depends on that is unknown in a dry run', async () => {
    const tasks = (options: object) => () => {
      const one = shell('one', { script: 'exit 1' }, options)
      const two = copy('two', { dest: at('nowhere/two'), content: 'x' }, options)
      return [
        one,
        copy('after one', { dest: at('a'), content: 'x' }, { when: failed(one) }),
        two,
        copy('after two', { dest: at('b'), content: 'x' }, { when: failed(two) }),
      ]
    }
    for (const batch of [true, false]) {
      const dry = await runLocal(tasks({ ignoreErrors: true }), { check: true, batch })
      assert.deepEqual(
        dry.statuses.filter((text) => text.startsWith('after')),
        ['after one: unknown', 'after two: unknown'],
      )
    }
    // Where it would end the host's part in the run, nothing comes after it.
    const dry = await runLocal(tasks({}), { check: true })
    assert.ok(dry.statuses.includes('after one: skipped'), dry.statuses.join())
    const run = await runLocal(tasks({ ignoreErrors: true }))
    assert.deepEqual(run.statuses, ['one: failed', 'after one: changed', 'two: failed', 'after two: changed'])
  })

  it('refuses what cannot be an option', async () => {
    for (const retry of [{ times: 0 }, { times: 1.5 }, { delayMs: -1 }, { tries: 3 }] as object[])
      await assert.rejects(
        runLocal(() => [shell('x', { script: 'true' }, { retry })]),
        { code: 'E_BAD_OPTION' },
      )
    const failedWhen = true as never
    await assert.rejects(
      runLocal(() => [shell('x', { script: 'true' }, { failedWhen })]),
      { code: 'E_BAD_OPTION' },
    )
    await assert.rejects(
      runLocal(() => [shell('x', { script: 'true' }, { timeoutMs: 0 })]),
      { code: 'E_BAD_OPTION' },
    )
  })
})

describe('a module that waits', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'waits-'))
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  let looked: () => void = () => {}
  const waitForFile = defineModule({
    name: 'wait_for_file',
    args: z.strictObject({ path: z.string(), timeoutMs: z.int() }),
    probe: ({ path }) => ask(stat, path),
    plan: (_, { type }) => {
      looked()
      return type === 'file' ? { changes: [] } : { changes: [{ what: 'file', from: type, to: 'file' }] }
    },
    apply: () => [],
    touches: () => [],
    waits: ({ timeoutMs }) => ({ timeoutMs, delayMs: 50 }),
  })

  it('looks until it is so, reports ok, and what it left is there for others', async () => {
    const path = join(root, 'late')
    looked = () => {
      looked = () => {}
      setTimeout(() => writeFileSync(path, 'x'), 400)
    }
    const run = await runLocal(() => {
      const there = waitForFile('there', { path, timeoutMs: 10_000 })
      const content = from(there, ({ type }) => ({ dest: join(root, 'next'), content: type }))
      return [there, copy('next', content)]
    })
    assert.deepEqual(run.statuses, ['there: ok', 'next: changed'])
    assert.equal(readFileSync(join(root, 'next'), 'utf8'), 'file')
    assert.match(run.tasks[0]?.because ?? '', /file was absent, is file, after \d+\.\d s/)
  })

  it('gives up in time and says what is missing', async () => {
    const run = await runLocal(() => [waitForFile('there', { path: join(root, 'never'), timeoutMs: 300 })])
    assert.deepEqual(run.statuses, ['there: failed'])
    assert.equal(run.tasks[0]?.error?.code, 'E_WAIT_TIMEOUT')
    assert.match(run.tasks[0]?.error?.message ?? '', /file is absent, not file/)
  })

  it('ends when the run is stopped', async () => {
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 300)
    const since = performance.now()
    const { recap } = await runLocal(
      () => [waitForFile('there', { path: join(root, 'never'), timeoutMs: 60_000 })],
      {
        stop,
      },
    )
    assert.equal(recap.exitCode, 130)
    assert.ok(performance.now() - since < 10_000)
  })
})
