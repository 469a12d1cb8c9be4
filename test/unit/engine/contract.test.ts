import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { defineModule } from '../../../lib/core/module.ts'
import { type Reader, ask, readerOfOne } from '../../../lib/core/probe.ts'
import { defineResourceKind } from '../../../lib/core/resource.ts'
import { copy, shell } from '../../../lib/modules/index.ts'
import { runLocal } from '../../support/run-local.ts'

describe('the contract of a module', () => {
  let root: string
  const at = (name: string) => join(root, name)
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'contract-'))
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  it('refuses resources that no kind made, before any host', async () => {
    for (const touches of [
      ['paht:/x'],
      ['path:/x'],
      [{ kind: 'path', name: '/x' }],
      'path:/x',
      [undefined],
    ]) {
      const tasks = () => [shell('s', { script: 'true' }, { touches: touches as never })]
      await assert.rejects(runLocal(tasks), {
        code: 'E_BAD_RESOURCE',
        message: /touches: .* is not a resource/,
      })
    }
    assert.throws(() => defineResourceKind('Path/'), { code: 'E_BAD_RESOURCE' })
  })

  it('fails a module that touches what no kind made', async () => {
    const wrong = defineModule({
      name: 'wrong',
      args: z.strictObject({}),
      probe: () => ({ questions: [], parse: () => undefined }),
      plan: () => ({ changes: [{ what: 'all' }] }),
      apply: () => [{ script: 'true' }],
      touches: () => ['path:/x' as never],
    })
    const run = await runLocal(() => [wrong('w', {})])
    assert.equal(run.tasks[0]?.error?.code, 'E_BAD_RESOURCE')
  })

  it('keeps two readers of one name apart', async () => {
    const reader = (word: string): Reader<string> => ({
      name: 'twin',
      ask: () => `echo ${word}`,
      parse: ({ stdout }, keys) => keys.map(() => stdout.toString().trim()),
      sees: () => [],
    })
    const says = (word: string) => {
      const own = reader(word)
      return defineModule({
        name: `says_${word}`,
        args: z.strictObject({}),
        probe: () => ask(own, ''),
        plan: (_, said) => ({ changes: [], because: said }),
        apply: () => [],
      })
    }
    const [mine, yours] = [says('mine'), says('yours')]
    const run = await runLocal(() => [mine('a', {}), yours('b', {})])
    assert.deepEqual(
      run.tasks.map(({ because }) => because),
      ['mine', 'yours'],
    )
  })

  it('says what is wrong with a reader that is made anew for each question', async () => {
    const anew = defineModule({
      name: 'anew',
      args: z.strictObject({}),
      probe: () => ask(readerOfOne({ name: 'one', ask: () => 'true', parse: () => '', sees: () => [] }), ''),
      plan: () => ({ changes: [] }),
      apply: () => [],
    })
    const run = await runLocal(() => [anew('a', {})])
    assert.deepEqual(run.statuses, ['a: failed'])
    assert.match(run.tasks[0]?.error?.hint ?? '', /outside of functions/)
  })

  const looks = (reader: Reader<string>) =>
    defineModule({
      name: 'looks',
      args: z.strictObject({ key: z.string() }),
      probe: ({ key }) => ask(reader, key),
      plan: (_, said) => ({ changes: [], because: said }),
      apply: () => [],
    })

  it('asks a reader of one key for each key', async () => {
    const echo = looks(
      readerOfOne({
        name: 'echo',
        ask: (key) => `echo ${key}`,
        parse: ({ stdout }) => stdout.toString().trim(),
        sees: () => [],
      }),
    )
    const run = await runLocal(() => ['a', 'b', 'c'].map((key) => echo(key, { key })))
    assert.deepEqual(
      run.tasks.map(({ because }) => because),
      ['a', 'b', 'c'],
    )
  })

  it('tells of a reader that answers some of its keys only', async () => {
    const first = looks({
      name: 'first-only',
      ask: ([key = '']) => `echo ${key}`,
      parse: ({ stdout }) => [stdout.toString().trim()],
      sees: () => [],
    })
    const run = await runLocal(() => ['a', 'b'].map((key) => first(key, { key }, { ignoreErrors: true })))
    assert.deepEqual(run.statuses, ['a: failed', 'b: failed'])
    assert.match(run.tasks[0]?.error?.message ?? '', /first-only gave 1 answers to 2 questions/)
  })

  it('asks guards of commands a number of times that grows with their number, not with its square', async () => {
    const runsOf = async (count: number, batch: boolean): Promise<number> => {
      rmSync(root, { recursive: true })
      const { mkdirSync } = await import('node:fs')
      mkdirSync(root)
      const tasks = () =>
        Array.from({ length: count }, (_, i) =>
          shell(`s${i}`, {
            script: `touch ${at(`made${i}`)}`,
            unless: `echo x >> ${at('asked')}; [ -e ${at(`made${i}`)} ]`,
          }),
        )
      const run = await runLocal(tasks, { batch })
      assert.equal(run.recap.hosts['host-1']?.changed, count)
      return readFileSync(at('asked'), 'utf8').trim().split('\n').length
    }
    assert.ok((await runsOf(10, true)) <= 3 * 10)
    assert.ok((await runsOf(40, true)) <= 3 * 40)
    assert.ok((await runsOf(40, false)) <= 3 * 40)
  })

  it('streams the tasks after a command of which nobody knows what it does in few trips', async () => {
    const tasks = () => [
      shell('anything', { script: 'true' }),
      ...Array.from({ length: 50 }, (_, i) => copy(`file ${i}`, { dest: at(`f${i}`), content: `${i}` })),
    ]
    const { recap } = await runLocal(tasks)
    assert.equal(recap.hosts['host-1']?.changed, 51)
    assert.ok(
      (recap.hosts['host-1']?.roundTrips ?? 99) <= 6,
      `${recap.hosts['host-1']?.roundTrips} round trips`,
    )
  })
})
