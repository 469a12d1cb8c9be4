import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { differences } from '../../../lib/core/change.ts'
import { defineModule } from '../../../lib/core/module.ts'
import { type Probe, ask, predict, readerOfOne } from '../../../lib/core/probe.ts'
import { defineChannel } from '../../../lib/core/reader.ts'
import { sh } from '../../../lib/core/sh.ts'
import {
  askReader,
  driveTask,
  parseRecorded,
  planTask,
  runTasks,
  testShells,
} from '../../../lib/testing/index.ts'
import { useTemp } from '../modules/driver.ts'

const firstLine = readerOfOne({
  name: 'first line',
  ask: (path) => sh`head -n 1 ${path} 2>/dev/null || true`,
  parse: ({ stdout }) => stdout.toString().trim(),
  sees: () => [],
})

const line = (promise = (text: string): string => text) =>
  defineModule({
    name: 'line',
    args: z.strictObject({ path: z.string(), text: z.string() }),
    probe: ({ path }) => ask(firstLine, path),
    plan: ({ path, text }, now) => ({
      changes: differences({ text }, { text: now }),
      leaves: [predict(firstLine, path, promise(text))],
    }),
    apply: ({ path }) => [{ script: sh`cat > ${path}`, stdin: 'new\n' }],
  })

describe('driving one task', () => {
  const temp = useTemp()

  it('knows the shells that are tested here', () => {
    assert.deepEqual(Object.keys(testShells()), ['dash', 'bash', 'busybox'])
  })

  for (const [name, shell] of Object.entries(testShells()))
    it(`asks, changes and asks again under ${name}`, async () => {
      const path = join(temp(), 'x')
      const done = await driveTask(line()('it', { path, text: 'new' }), shell)
      assert.deepEqual(done.changes, [{ what: 'text', from: '', to: 'new' }])
      assert.deepEqual([done.left, done.wrong, done.after], [[], [], 'new'])
      assert.equal(readFileSync(path, 'utf8'), 'new\n')
      assert.deepEqual((await driveTask(line()('it', { path, text: 'new' }), shell)).steps, [])
      assert.deepEqual(await askReader(firstLine, [path, '/no/such'], shell), ['new', ''])
    })

  it('tells what is left to do, and which predictions were wrong', async () => {
    const path = join(temp(), 'x')
    const done = await driveTask(line(() => 'foretold')('it', { path, text: 'other' }))
    assert.deepEqual(done.left, [{ what: 'text', from: 'new', to: 'other' }])
    assert.deepEqual(done.wrong, [{ question: `first line ${path}`, foretold: 'foretold', is: 'new' }])
  })

  it('fails with what a broken step printed', async () => {
    const task = line()('it', { path: join(temp(), 'no/such'), text: 'new' })
    await assert.rejects(driveTask(task), /[Nn]o such file|[Nn]onexistent/)
  })

  it('refuses what is asked or changed over a channel, and runs nothing', async () => {
    const path = join(temp(), 'no')
    const own = defineChannel<string>({
      name: 'own',
      targetKey: (target) => target,
      open: () => assert.fail('opened'),
    })
    const channelReader = readerOfOne({
      name: 'own',
      channel: own,
      ask: () => sh`touch ${path}`,
      parse: ({ stdout }) => stdout.toString().trim(),
      sees: () => [],
    })
    const module = (probe: () => Probe<string>) =>
      defineModule({
        name: 'own',
        args: z.strictObject({}),
        probe,
        plan: () => ({ changes: [{ what: 'text' }], leaves: [predict(channelReader, path, 'x', 'server')] }),
        apply: () => [{ channel: own, target: 'server', text: sh`touch ${path}` }],
      })
    const message = /channel own.*drive the shell only: use runTasks/
    await assert.rejects(askReader(channelReader as never, [path]), { name: 'TypeError', message })
    await assert.rejects(driveTask(module(() => ask(channelReader, path, 'server'))('it', {})), { message })
    await assert.rejects(driveTask(module(() => ask(firstLine, path))('it', {})), { message })
    assert.equal(existsSync(path), false)
    assert.deepEqual(parseRecorded(channelReader, [path], { stdout: 'x\n' }), ['x'])
  })

  it('plans on a state and on output that were recorded', () => {
    const task = line()('it', { path: '/x', text: 'new' })
    assert.deepEqual(planTask(task, 'old').changes, [{ what: 'text', from: 'old', to: 'new' }])
    assert.deepEqual(parseRecorded(firstLine, ['/x'], { stdout: 'old\n' }), ['old'])
  })

  it('runs tasks through the whole engine', async () => {
    const path = join(temp(), 'x')
    const tasks = [line()('it', { path, text: 'new' })]
    assert.deepEqual((await runTasks(tasks, { check: true })).statuses, ['it: would-change'])
    const { statuses } = await runTasks(tasks)
    assert.deepEqual(statuses, ['it: changed'])
    // @ts-expect-error it is would-change
    const misspelled: (typeof statuses)[number] = 'it: would change'
    assert.equal(statuses.includes(misspelled), false)
    assert.deepEqual((await runTasks(tasks, { batch: false })).statuses, ['it: ok'])
    const failed = await runTasks([line()('it', { path, text: 'never' })])
    assert.equal(failed.recap.exitCode, 2)
  })
})
