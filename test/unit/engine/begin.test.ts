import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { from } from '../../../lib/core/deferred.ts'
import { group } from '../../../lib/core/group.ts'
import type { TaskList } from '../../../lib/core/task.ts'
import { copy, facts, file, shell } from '../../../lib/modules/index.ts'
import { runLocal } from '../../support/run-local.ts'

let root: string
const at = (name: string) => join(root, name)
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'begin-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const touch = (name: string) => shell(name, { script: `echo ${name} >> ${at('log')}` })
const log = (): string[] => (existsSync(at('log')) ? readFileSync(at('log'), 'utf8').trim().split('\n') : [])

describe('--start-at-task', () => {
  for (const batch of [true, false])
    it(`skips what comes before and says why, ${batch ? 'batched' : 'one at a time'}`, async () => {
      const tasks = () => [touch('one'), touch('two'), touch('three')]
      const run = await runLocal(tasks, { batch, startAtTask: 'two' })
      assert.deepEqual(run.statuses, ['one: skipped', 'two: changed', 'three: changed'])
      assert.match(run.tasks[0]?.because ?? '', /before "two"/)
      assert.deepEqual(log(), ['two', 'three'])
      const dry = await runLocal(tasks, { batch, startAtTask: 'three', check: true })
      assert.deepEqual(dry.statuses, ['one: skipped', 'two: skipped', 'three: would-change'])
    })

  it('refuses a name that no task has before any host, and names a close one', async () => {
    const events: string[] = []
    const run = runLocal(() => [touch('migrate'), touch('restart')], {
      startAtTask: 'restrat',
      onEvent: ({ type }) => events.push(type),
    })
    await assert.rejects(run, { code: 'E_UNKNOWN_TASK', hint: 'Did you mean "restart"?' })
    assert.deepEqual(events, [])
  })

  it('still looks for what later tasks read, and changes nothing for it', async () => {
    const tasks = () => {
      const os = facts.os('os')
      const made = file('made', { path: at('made'), state: 'file' })
      return [
        os,
        made,
        touch('before'),
        copy(
          'uses os',
          from(os, ({ id }) => ({ dest: at('os'), content: id })),
        ),
        copy(
          'uses made',
          from(made, () => ({ dest: at('copy'), content: 'x' })),
        ),
      ]
    }
    const run = await runLocal(tasks, { startAtTask: 'uses os' })
    assert.deepEqual(run.statuses, [
      'os: ok',
      'made: skipped',
      'before: skipped',
      'uses os: changed',
      'uses made: skipped',
    ])
    assert.deepEqual(readdirSync(root), ['os'])
    writeFileSync(at('made'), '')
    const again = await runLocal(tasks, { startAtTask: 'uses os' })
    assert.deepEqual(again.statuses.slice(-2), ['uses os: ok', 'uses made: changed'])
  })

  it('begins on a host that lacks the task with the first that comes behind it elsewhere', async () => {
    const run = await runLocal(
      ({ name }) => [touch('one'), name === 'host-1' && touch('two'), touch('three')],
      { hosts: 2, startAtTask: 'two' },
    )
    const own = run.tasks.filter(({ host }) => host === 'host-2')
    assert.deepEqual(
      own.map(({ task, status }) => `${task}: ${status}`),
      ['one: skipped', 'three: changed'],
    )
  })

  it('pays the handlers that an earlier run owes', async () => {
    let broken = true
    const tasks = () => [
      copy('config', { dest: at('c'), content: 'c' }, { notify: touch(`handler of ${root}`) }),
      broken && shell('breaks', { script: 'false' }),
      touch('next'),
    ]
    await runLocal(tasks)
    broken = false
    const run = await runLocal(tasks, { startAtTask: 'next' })
    assert.deepEqual(run.statuses, ['config: skipped', 'next: changed', `handler of ${root}: changed`])
  })
})

describe('--resume', () => {
  let fails: readonly string[]
  const breaking = (name: string) =>
    shell(name, { script: `echo ${name} >> ${at('log')}; [ ! -e ${at(name)} ]` })
  const tasks = (): TaskList => ['one', 'two', 'three'].map(breaking)
  const run = (list: (host: { name: string }) => TaskList, how: Parameters<typeof runLocal>[1] = {}) =>
    runLocal(list, { resume: true, stateDir: at('state'), ...how })
  const kept = (): unknown => JSON.parse(readFileSync(at('state/resume.json'), 'utf8'))
  beforeEach(() => {
    fails = ['two']
    for (const name of fails) writeFileSync(at(name), '')
  })
  const mend = () => fails.forEach((name) => rmSync(at(name), { force: true }))

  for (const batch of [true, false])
    it(`goes on at the task that failed, ${batch ? 'batched' : 'one at a time'}`, async () => {
      await run(tasks, { resume: false, batch })
      mend()
      const next = await run(tasks, { batch })
      assert.deepEqual(next.statuses, ['one: skipped', 'two: changed', 'three: changed'])
      assert.deepEqual(log(), ['one', 'two', 'two', 'three'])
      assert.deepEqual(kept(), { version: 1, playbooks: {} })
      const last = await run(tasks, { batch })
      assert.equal(last.tasks.filter(({ status }) => status === 'changed').length, 3)
      const said = last.events.flatMap((event) => (event.type === 'notice' ? [event.text] : []))
      assert.match(said.join(), /no failed run of test is recorded/)
    })

  it('keeps the place of each host, and of one that was only looked at', async () => {
    const list = ({ name }: { name: string }) =>
      name === 'host-2' ? ['one', 'three'].map(breaking) : tasks()
    await run(list, { resume: false, hosts: 2 })
    await run(list, { hosts: 2, check: true })
    mend()
    const next = await run(list, { hosts: 2 })
    const of = (host: string) => next.tasks.filter((task) => task.host === host).map(({ status }) => status)
    assert.deepEqual(of('host-1'), ['skipped', 'changed', 'changed'])
    assert.deepEqual(of('host-2'), ['changed', 'changed'])
  })

  it('runs everything, and says so, where what comes before was changed', async () => {
    await run(tasks, { resume: false })
    mend()
    const next = await run(() => [touch('new'), ...tasks()])
    assert.ok(next.tasks.every(({ status }) => status === 'changed'))
    const said = next.events.flatMap((event) => (event.type === 'notice' ? [event.text] : []))
    assert.match(said.join(), /changed before "two"/)
  })

  it('goes on where what comes behind was changed: that is how a failure is mended', async () => {
    await run(tasks, { resume: false })
    const next = await run(() => [breaking('one'), touch('two'), touch('four')])
    assert.deepEqual(next.statuses, ['one: skipped', 'two: changed', 'four: changed'])
  })

  it('begins a group again whose rescue failed with the task that was rescued', async () => {
    const list = () => [
      breaking('one'),
      group({}, [touch('inner'), breaking('two')], {
        rescue: [shell('rescue', { script: `[ ! -e ${at('two')} ]` })],
        always: [touch('always')],
      }),
      touch('last'),
    ]
    await run(list, { resume: false })
    mend()
    const { statuses } = await run(list)
    assert.deepEqual(statuses[0], 'one: skipped')
    assert.deepEqual(statuses.slice(-3), ['two: changed', 'always: changed', 'last: changed'])
  })

  it('goes on where a run was stopped', async () => {
    const stop = new AbortController()
    const list = () => [touch('a'), shell('b', { script: 'sleep 3' }), touch('c')]
    await run(list, {
      resume: false,
      stop,
      onEvent: (event) => event.type === 'task-start' && event.task === 'b' && stop.abort(),
    })
    assert.deepEqual((await run(list)).statuses, ['a: skipped', 'b: skipped', 'c: changed'])
  })

  it('makes the tasks again that were made from what was found', async () => {
    const list = () => {
      const os = facts.os('os')
      return [touch('one'), os, from(os, () => [touch('made'), breaking('two')]), touch('last')]
    }
    await run(list, { resume: false })
    mend()
    const { statuses } = await run(list)
    assert.deepEqual(statuses, ['one: skipped', 'os: ok', 'made: changed', 'two: changed', 'last: changed'])
  })

  it('refuses a file that makes no sense before any host', async () => {
    await run(tasks, { resume: false })
    writeFileSync(at('state/resume.json'), '{"version": 2}')
    await assert.rejects(run(tasks), { code: 'E_RESUME' })
  })

  it('keeps nothing of a run that was not asked to', async () => {
    await runLocal(tasks, { stateDir: at('state') })
    assert.equal(existsSync(at('state/resume.json')), false)
  })
})

describe('--step', () => {
  for (const [what, answers, statuses, asked] of [
    ['runs, skips and asks each', ['run', 'skip', 'run'], ['changed', 'skipped', 'changed'], 3],
    ['runs all from then on', ['skip', 'run all'], ['skipped', 'changed', 'changed'], 2],
  ] as const)
    it(`${what}`, async () => {
      const questions: string[] = []
      const before: string[][] = []
      const run = await runLocal(() => [touch('one'), touch('two'), touch('three')], {
        step: ({ task }) => {
          before.push(log())
          questions.push(task)
          return Promise.resolve(answers[questions.length - 1] ?? 'skip')
        },
      })
      assert.deepEqual(
        run.tasks.map(({ status }) => status),
        statuses,
      )
      assert.equal(questions.length, asked)
      assert.deepEqual(before[1], answers[0] === 'run' ? ['one'] : [])
    })

  it('is not asked by a dry run', async () => {
    const run = await runLocal(() => [touch('one')], {
      check: true,
      step: () => Promise.reject(new Error('asked')),
    })
    assert.deepEqual(run.statuses, ['one: would-change'])
  })

  it('owes a handler that was not wanted to the next run', async () => {
    const tasks = () => [
      copy('config', { dest: at('c'), content: 'c' }, { notify: touch(`handler of ${root}`) }),
    ]
    await runLocal(tasks, {
      step: ({ task }) => Promise.resolve(task === 'config' ? 'run' : 'skip'),
    })
    assert.deepEqual(log(), [])
    assert.deepEqual((await runLocal(tasks)).statuses, ['config: ok', `handler of ${root}: changed`])
  })

  it('ends with the question when the run is stopped', async () => {
    const stop = new AbortController()
    const run = await runLocal(() => [touch('one'), touch('two')], {
      stop,
      step: () => {
        stop.abort()
        return Promise.resolve('skip')
      },
    })
    assert.deepEqual([run.statuses, run.recap.exitCode, log()], [[], 130, []])
  })
})
