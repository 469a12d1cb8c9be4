import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { from } from '../../../lib/core/deferred.ts'
import { defineFact } from '../../../lib/core/fact.ts'
import { defineModule } from '../../../lib/core/module.ts'
import { ask, readerOfOne } from '../../../lib/core/probe.ts'
import { type OpenChannel, defineChannel } from '../../../lib/core/reader.ts'
import { copy, fileReaders } from '../../../lib/modules/index.ts'
import { runLocal } from '../../support/run-local.ts'

/** A module of a channel that does what it is told. */
function moduleOf(channel: Pick<OpenChannel<string>, 'ask' | 'run'>) {
  const own = defineChannel<string>({
    name: 'own',
    targetKey: (target) => target,
    open: () => ({ ...channel, close: async () => {} }),
  })
  const reader = readerOfOne({ name: 'value', channel: own, ask: () => '', parse: () => '', sees: () => [] })
  return defineModule({
    name: 'own',
    args: z.strictObject({}),
    probe: () => ask(reader, 'key', 'server'),
    plan: (_, now) => ({ changes: now === 'new' ? [] : [{ what: 'value', to: 'new' }] }),
    apply: () => [{ channel: own, target: 'server', text: 'SET' }],
    touches: () => [],
  })
}

const refused = (): never => {
  throw Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' })
}

describe('what code of the user throws', () => {
  const errorOf = async (task: Parameters<typeof runLocal>[0]) => (await runLocal(task)).tasks[0]?.error

  it('while a channel is asked fails the task, with the message', async () => {
    const task = moduleOf({ ask: async () => refused(), run: async () => refused() })
    const error = await errorOf(() => [task('it', {})])
    assert.deepEqual([error?.code, error?.message], ['E_ASK_FAILED', 'own: connect ECONNREFUSED 127.0.0.1:1'])
    assert.equal(error?.hint, undefined)
  })

  it('as the answer to one question is that of the task', async () => {
    const task = moduleOf({
      ask: async (questions) =>
        new Map(questions.map((one) => [one, new Error(`no ${one.on.toUpperCase()}`)])),
      run: async () => refused(),
    })
    const error = await errorOf(() => [task('it', {})])
    assert.deepEqual([error?.code, error?.message], ['E_ASK_FAILED', 'own: no SERVER'])
  })

  it('in a step of a channel fails the step', async () => {
    const task = moduleOf({
      ask: async (questions) => new Map(questions.map((one) => [one, 'old'])),
      run: async () => refused(),
    })
    const error = await errorOf(() => [task('it', {})])
    assert.deepEqual([error?.code, error?.output], ['E_STEP_FAILED', 'connect ECONNREFUSED 127.0.0.1:1'])
  })

  it('while a reader parses fails the task, with the message', async () => {
    const broken = readerOfOne({
      name: 'kernel',
      ask: () => 'echo "no kernel" >&2; exit 3',
      parse: ({ stderr }) => {
        throw new Error(stderr.toString().trim())
      },
      sees: () => [],
    })
    const kernel = defineFact({ name: 'kernel', args: z.strictObject({}), probe: () => ask(broken, '') })
    const error = await errorOf(() => [kernel('it', {})])
    assert.deepEqual([error?.code, error?.message], ['E_ASK_FAILED', 'kernel: no kernel'])
  })

  it('from a schema is formatted', async () => {
    const fact = defineFact({
      name: 'fact',
      args: z.strictObject({}),
      probe: () => ask(fileReaders.text, '/none'),
    })
    const now = fact('now', {})
    const wanted = from(now, () => z.strictObject({ port: z.int() }).parse({ port: 'x' }))
    const { tasks } = await runLocal(() => [now, copy('it', wanted as never)])
    assert.equal(tasks[1]?.error?.code, 'E_DEFERRED')
    assert.match(tasks[1].error.message, /could not be computed: port: must be a number/)
  })
})

describe('the proof that a second run changes nothing', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'proof-'))
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  it('does not count a task that is made from what was found before a later task', async () => {
    const path = join(root, 'f')
    writeFileSync(path, 'a')
    const text = defineFact({
      name: 'text',
      args: z.strictObject({ n: z.int() }),
      probe: () => ask(fileReaders.text, path),
    })
    const [one, two] = [text('one', { n: 1 }), text('two', { n: 2 })]
    const added = (fact: typeof one, letter: string) =>
      copy(
        letter,
        from(fact, (now = '') => ({ dest: path, content: now.includes(letter) ? now : now + letter })),
      )
    const { events, recap } = await runLocal(() => [one, added(one, 'b'), two, added(two, 'c')])
    assert.equal(recap.exitCode, 0)
    assert.deepEqual(
      events.filter(({ type }) => type === 'notice'),
      [],
    )
    const twice = await runLocal(() => [
      copy('x', { dest: path, content: 'x' }),
      copy('y', { dest: path, content: 'y' }),
    ])
    assert.equal(twice.events.filter(({ type }) => type === 'notice').length, 1)
  })
})
