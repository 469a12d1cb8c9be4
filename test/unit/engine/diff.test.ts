import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { copy } from '../../../lib/modules/index.ts'
import { type How, runLocal } from '../../support/run-local.ts'

describe('a real run that shows what differs', () => {
  let root: string
  const at = (name: string) => join(root, name)
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'diff-'))
    writeFileSync(at('conf'), 'a\nb\nc\n')
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  const conf = (content: string, options = {}) => copy('conf', { dest: at('conf'), content }, options)
  const diffsOf = async (tasks: Parameters<typeof runLocal>[0], how: How = {}) => {
    const run = await runLocal(tasks, { diff: true, ...how })
    assert.equal(run.recap.exitCode, 0)
    return run.tasks.map(({ diffs = [] }) => diffs.join(''))
  }

  for (const batch of [true, false]) {
    it(`has the text from before the change, ${batch ? 'batched' : 'one task at a time'}`, async () => {
      const [diff] = await diffsOf(() => [conf('a\nB\nc\n')], { batch })
      assert.match(diff ?? '', /^-b\n\+B$/m)
    })

    it(`has what the task before left, ${batch ? 'batched' : 'one task at a time'}`, async () => {
      const [, second] = await diffsOf(() => [conf('a\nB\nc\n'), conf('a\nB\nC\n')], { batch })
      assert.match(second ?? '', /^-c\n\+C$/m)
      assert.doesNotMatch(second ?? '', /^-b$/m)
    })
  }

  it('has the whole text of a new file', async () => {
    const [diff] = await diffsOf(() => [copy('new', { dest: at('new'), content: 'x\n' })])
    assert.match(diff ?? '', /^\+x$/m)
  })

  it('has it for a task in the background, and for one that is tried again', async () => {
    assert.match((await diffsOf(() => [conf('a\nB\nc\n', { background: true })])).join(''), /^-b\n\+B$/m)
    assert.match((await diffsOf(() => [conf('a\nB\nC\n', { retry: { times: 2 } })])).join(''), /^-c\n\+C$/m)
  })

  it('shows nothing unless asked, and nothing of a task that forbids it', async () => {
    assert.deepEqual(await diffsOf(() => [conf('x\n')], { diff: false }), [''])
    assert.deepEqual(await diffsOf(() => [conf('y\n', { noDiff: true })]), [''])
  })
})
