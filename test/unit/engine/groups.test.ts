import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { failed } from '../../../lib/core/deferred.ts'
import { group } from '../../../lib/core/group.ts'
import type { TaskList } from '../../../lib/core/task.ts'
import { copy, file, shell } from '../../../lib/modules/index.ts'
import { runLocal } from '../../support/run-local.ts'

describe('a group', () => {
  let root: string
  const at = (name: string) => join(root, name)
  const log = () => (existsSync(at('log')) ? readFileSync(at('log'), 'utf8').trim().split('\n') : [])
  const write = (word: string) => shell(word, { script: `echo ${word} >> ${at('log')}` })
  const fail = (name = 'breaks') => shell(name, { script: 'exit 3' })
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'groups-'))
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  /** The same tasks batched and one at a time, each on an empty folder. */
  async function bothWays(
    tasks: () => TaskList,
    statuses: readonly string[],
    lines: readonly string[],
    exitCode = 0,
  ) {
    for (const batch of [true, false]) {
      rmSync(at('log'), { force: true })
      const run = await runLocal(tasks, { batch })
      assert.deepEqual(run.statuses, statuses)
      assert.deepEqual(log(), lines)
      assert.equal(run.recap.exitCode, exitCode)
    }
  }

  it('hands its condition, tags, handlers and environment to each of its tasks', async () => {
    const tasks = (wanted: boolean) => () => {
      const handler = write('handler')
      return [
        group({ when: wanted, notify: handler, tags: ['web'], environment: { WORD: 'hello' } }, [
          shell('first', { script: `echo "$WORD" >> ${at('log')}` }),
          shell('second', { script: `echo "$WORD again" >> ${at('log')}`, env: { WORD: 'own' } }),
        ]),
        write('other'),
      ]
    }
    const no = await runLocal(tasks(false))
    assert.deepEqual(no.statuses, ['first: skipped', 'second: skipped', 'other: changed'])
    rmSync(at('log'))
    await runLocal(tasks(true))
    assert.deepEqual(log(), ['hello', 'own again', 'other', 'handler'])
    rmSync(at('log'))
    const tagged = await runLocal(tasks(true), { selection: { tags: ['web'] } })
    assert.deepEqual(tagged.statuses, ['first: changed', 'second: changed', 'handler: changed'])
  })

  it('runs its rescue after a failure, then what always runs, then what comes behind it', () =>
    bothWays(
      () => [
        group({}, [write('one'), fail(), write('never')], {
          rescue: [write('rescue')],
          always: [write('always')],
        }),
        write('behind'),
      ],
      ['one: changed', 'breaks: failed', 'rescue: changed', 'always: changed', 'behind: changed'],
      ['one', 'rescue', 'always', 'behind'],
    ))

  it('leaves its rescue out when nothing fails', () =>
    bothWays(
      () => [
        group({}, [write('one')], { rescue: [write('rescue')], always: [write('always')] }),
        write('behind'),
      ],
      ['one: changed', 'always: changed', 'behind: changed'],
      ['one', 'always', 'behind'],
    ))

  it('goes on to fail after what always runs, without a rescue or with one that fails', async () => {
    await bothWays(
      () => [group({}, [fail(), write('never')], { always: [write('always')] }), write('behind')],
      ['breaks: failed', 'always: changed'],
      ['always'],
      2,
    )
    await bothWays(
      () => [
        group({}, [fail()], { rescue: [fail('rescue'), write('never')], always: [write('always')] }),
        write('behind'),
      ],
      ['breaks: failed', 'rescue: failed', 'always: changed'],
      ['always'],
      2,
    )
  })

  it('in a group hands its failure to the outer rescue', () =>
    bothWays(
      () => [
        group({}, [group({}, [fail()], { always: [write('inner always')] }), write('never')], {
          rescue: [write('outer rescue')],
        }),
        write('behind'),
      ],
      ['breaks: failed', 'inner always: changed', 'outer rescue: changed', 'behind: changed'],
      ['inner always', 'outer rescue', 'behind'],
    ))

  it('counts a failure that was rescued as rescued, and says which task failed', async () => {
    const run = await runLocal(() => {
      const breaks = fail()
      return [
        group({}, [breaks], {
          rescue: [shell('knows', { script: `echo knows >> ${at('log')}` }, { when: failed(breaks) })],
        }),
      ]
    })
    assert.deepEqual(run.statuses, ['breaks: failed', 'knows: changed'])
    assert.equal(run.tasks[0]?.rescued, true)
    assert.deepEqual(log(), ['knows'])
    const { failed: failures, rescued } = run.recap.hosts['host-1'] ?? {}
    assert.deepEqual([failures, rescued, run.recap.exitCode], [0, 1, 0])
  })

  it('lists the tasks that were never begun', async () => {
    const run = await runLocal(() => [
      group({}, [fail(), write('never')], { always: [write('always')] }),
      write('behind'),
    ])
    const left = run.events.flatMap((event) => (event.type === 'not-run' ? [event.task] : []))
    assert.deepEqual(left, ['behind'])
  })

  it('is planned in a dry run as if nothing failed', async () => {
    const tasks = () => [
      group({}, [copy('one', { dest: at('one'), content: '1' })], {
        rescue: [file('gone', { path: at('one'), state: 'absent' })],
        always: [copy('always', { dest: at('always'), content: '1' })],
      }),
      file('same', { path: at('one'), state: 'file' }),
    ]
    const dry = await runLocal(tasks, { check: true })
    assert.deepEqual(dry.statuses, ['one: would-change', 'always: would-change', 'same: ok'])
    const run = await runLocal(tasks)
    assert.deepEqual(run.statuses, ['one: changed', 'always: changed', 'same: ok'])
  })

  it('costs no round trip of its own', async () => {
    const files = (grouped: boolean) => () => {
      const list = Array.from({ length: 20 }, (_, i) => file(`f${i}`, { path: at(`f${i}`), state: 'file' }))
      return grouped ? list.map((one) => group({}, [one], { rescue: [write('rescue')], always: [] })) : list
    }
    await runLocal(files(false))
    const trips = async (grouped: boolean) =>
      (await runLocal(files(grouped))).recap.hosts['host-1']?.roundTrips
    assert.equal(await trips(true), await trips(false))
  })

  it('refuses an option that it does not have', async () => {
    const wrong = { whn: true } as object
    await assert.rejects(
      runLocal(() => [group(wrong, [write('x')])]),
      {
        code: 'E_BAD_OPTION',
        hint: 'Did you mean when?',
      },
    )
  })

  it('refuses a part that it does not have: a misspelled rescue would never come', () => {
    const ends = { resuce: [write('x')] } as object
    assert.throws(() => group({}, [write('x')], ends), { code: 'E_BAD_OPTION', at: /groups\.test\.ts:\d+$/ })
  })
})
