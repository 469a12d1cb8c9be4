import assert from 'node:assert/strict'
import { z } from 'zod'
import { defineModule } from '../../../lib/core/module.ts'
import { known } from '../../../lib/core/probe.ts'
import { defineChannel } from '../../../lib/core/reader.ts'
import { runLocal } from '../../support/run-local.ts'

describe('what a step passes to a channel', () => {
  const got: (string | undefined)[] = []
  const channel = defineChannel<string>({
    name: 'listener',
    targetKey: (target) => target,
    open: () => ({
      ask: async () => new Map(),
      run: async (_, __, passed) => {
        got.push(passed?.toString())
        return { code: 0, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) }
      },
      close: async () => {},
    }),
  })
  const listen = { channel, target: 'x', text: 'listen' }
  const module = defineModule({
    name: 'passing',
    args: z.strictObject({ script: z.string(), output: z.enum(['passed', 'whole']).optional() }),
    probe: () => known(0),
    plan: () => ({ changes: [{ what: 'it' }] }),
    apply: ({ script, output }) => [{ script, output }, listen, listen],
    verify: () => [],
  })
  beforeEach(() => got.splice(0))

  it('is heard by the step after it, and by nobody else', async () => {
    const run = await runLocal(() => [module('it', { script: 'echo "can""ary"', output: 'passed' })])
    assert.deepEqual(run.statuses, ['it: changed'])
    assert.deepEqual(got, ['canary\n', undefined])
    assert.ok(!JSON.stringify(run.events).includes('canary'))
  })

  it('is not shown of a step that fails', async () => {
    const run = await runLocal(() => [module('it', { script: 'echo "can""ary"; exit 1', output: 'passed' })])
    assert.deepEqual(run.statuses, ['it: failed'])
    assert.deepEqual(got, [])
    assert.ok(!JSON.stringify(run.events).includes('canary'))
  })

  it('is nothing of any other step, whose output is shown', async () => {
    const run = await runLocal(() => [module('it', { script: 'echo shown', output: 'whole' })])
    assert.deepEqual(got, [undefined, undefined])
    assert.equal(run.tasks[0]?.stdout, 'shown\n')
  })
})
