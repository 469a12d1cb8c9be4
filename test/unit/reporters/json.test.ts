import assert from 'node:assert/strict'
import { question } from '../../../lib/core/probe.ts'
import { stat } from '../../../lib/modules/shared/stat.ts'
import { Secret } from '../../../lib/core/secret.ts'
import { ended, eventful } from './events.ts'
import { report, reporterOn, Screen } from './terminal.ts'

const json = async (...args: Parameters<typeof report>): Promise<Record<string, unknown>[]> => {
  const { stdout, stderr } = await report(args[0], { output: 'json', ...args[1] })
  assert.equal(stderr, '')
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

describe('JSON output', () => {
  it('says what the contract promises of a task', async () => {
    const change = {
      what: 'content',
      from: 'a',
      to: { b: [1] },
      body: { path: '/x', wanted: 'whole file', now: question(stat, '/x') },
    }
    const [task] = await json([
      ended({ status: 'would-change', changes: [change, { what: 'image', to: 'x' }] }),
    ])
    assert.deepEqual(task, {
      type: 'task',
      play: 'primary',
      host: 'node-a',
      role: 'postgres-primary',
      task: 'postgresql.conf',
      module: 'template',
      status: 'would-change',
      changes: [
        { what: 'content', from: 'a', to: { b: [1] } },
        { what: 'image', from: null, to: 'x' },
      ],
      durationMs: 12,
      at: 'roles/postgres-primary/role.ts:23',
    })
  })

  it('says what the contract promises of the recap', async () => {
    const last = (await json(eventful)).at(-1)
    const counters = { ok: 0, changed: 0, wouldChange: 0, unknown: 0, skipped: 0, failed: 0 }
    const zero = { ...counters, ignored: 0, rescued: 0, notRun: 0, unreachable: false }
    assert.deepEqual(last, {
      type: 'recap',
      hosts: {
        'node-a': { ...zero, ok: 1, changed: 1, skipped: 1, roundTrips: 3 },
        'node-b': { ...zero, changed: 1, failed: 1, roundTrips: 1 },
        'node-long': { ...zero, unreachable: true, roundTrips: 0 },
      },
      durationMs: 1234,
      exitCode: 6,
    })
  })

  it('leaves out what only matters while looking', async () => {
    const types = (await json(eventful)).map(({ type }) => type)
    assert.deepEqual([...new Set(types)], ['run', 'play', 'unreachable', 'notice', 'task', 'recap'])
  })

  it('keeps a hostile value inside its line', async () => {
    const text = 'a\n{"type":"recap"}\u2028\x1b[2J"'
    const [task, ...more] = await json([ended({ task: text })])
    assert.equal(task?.['task'], text)
    assert.deepEqual(more, [])
  })

  it('escapes what a terminal would obey, and loses nothing of it', async () => {
    const text = 'a\x9b2J\x7f\u202etxt.exe\u2066\u200f\u2028'
    const event = ended({ task: text, changes: [{ what: 'content', to: { [text]: text } }] })
    const { stdout } = await report([event], { output: 'json' })
    assert.doesNotMatch(stdout, /(?!\n)\p{Cc}|\p{Bidi_Control}|\u2028/u)
    const [task] = await json([event])
    assert.equal(task?.['task'], text)
  })

  it('keeps the fields of a report apart from its own', async () => {
    const data = { type: 'task', status: 'failed' }
    const [line] = await json([{ type: 'report', parts: [], data }])
    assert.deepEqual(line, { type: 'report', data })
  })

  it('masks a secret in the name of a field too', async () => {
    new Secret('token', 'line one\nline two')
    const [line] = await json([{ type: 'report', parts: [], data: { a: { 'line one\nline two': 1 } } }])
    assert.deepEqual(line, { type: 'report', data: { a: { '«secret»': 1 } } })
  })

  it('waits for a slow reader', async () => {
    class Slow extends Screen {
      override _write(chunk: Buffer, encoding: string, done: () => void): void {
        setTimeout(() => super._write(chunk, encoding, done), 1)
      }
    }
    const stdout = new Slow({ highWaterMark: 1 })
    const { reporter } = reporterOn({ output: 'json', stdout })
    for (let i = 0; i < 50; i++) reporter.handle(ended({ task: `task ${i}` }))
    await reporter.finish()
    assert.match(stdout.text, /task 49/)
  })

  it('outlives a reader who leaves', async () => {
    class Gone extends Screen {
      override _write(_chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
        done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
      }
    }
    const { reporter } = reporterOn({ output: 'json', stdout: new Gone() })
    reporter.handle(ended())
    await new Promise(setImmediate)
    reporter.handle(ended())
    await reporter.finish()
  })
})
