import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { defineModule } from '../../../lib/core/module.ts'
import { ask, readerOfOne } from '../../../lib/core/probe.ts'
import { sh } from '../../../lib/core/sh.ts'
import { shell } from '../../../lib/modules/index.ts'
import { type How, runLocal } from '../../support/run-local.ts'

/** A server that cannot be asked for the first times, as one that is starting. The file counts how often it was asked. */
const server = readerOfOne<string>({
  name: 'slow_server',
  ask: (key) => {
    const [count = '', failures = ''] = key.split(' ')
    return sh`echo x >> ${count}; [ "$(wc -l < ${count})" -gt ${failures} ] || { echo 'it is starting' >&2; exit 1; }; echo up`
  },
  parse: ({ code, stdout, stderr }) => {
    if (code !== 0) throw new Error(stderr.toString().trim())
    return stdout.toString().trim()
  },
  sees: () => [],
})

const isUp = defineModule({
  name: 'is_up',
  args: z.strictObject({ count: z.string(), failures: z.number() }),
  probe: ({ count, failures }) => ask(server, `${count} ${failures}`),
  plan: (_args, state) => ({ changes: [], because: state }),
  apply: () => [],
  touches: () => [],
})

describe('a question that a host could not answer', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'unanswered-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const run = (failures: number, how: How) => {
    const count = join(folder, 'count')
    const tasks = () => [shell('first', { script: 'true' }), isUp('up', { count, failures })]
    const times = (): number => (existsSync(count) ? readFileSync(count, 'utf8').split('\n').length - 1 : 0)
    return { done: runLocal(tasks, how), times }
  }

  for (const check of [false, true])
    it(`before its task’s turn is asked again then, ${check ? 'in a dry run' : 'in a run'}`, async () => {
      const { done, times } = run(1, { check })
      const { statuses, tasks } = await done
      assert.equal(statuses[1], 'up: ok')
      assert.equal(tasks[1]?.because, 'up')
      assert.equal(times(), 2)
    })

  it('at its task’s turn fails the task at once', async () => {
    const { done, times } = run(1, { batch: false })
    assert.deepEqual((await done).statuses, ['first: changed', 'up: failed'])
    assert.equal(times(), 1)
  })

  it('that is asked again and again without an answer fails its task, in its words', async () => {
    const { done, times } = run(9, {})
    const { statuses, tasks } = await done
    assert.deepEqual(statuses, ['first: changed', 'up: failed'])
    assert.match(tasks[1]?.error?.message ?? '', /it is starting/)
    assert.equal(times(), 2)
  })
})
