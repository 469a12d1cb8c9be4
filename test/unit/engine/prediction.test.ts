import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { paths } from '../../../lib/core/resource.ts'
import { copy, file, shell } from '../../../lib/modules/index.ts'
import { runLocal } from '../../support/run-local.ts'

describe('a prediction', () => {
  it('leaves what lies beside it known', async () => {
    const root = mkdtempSync(join(tmpdir(), 'narrow-'))
    const at = (name: string) => join(root, name)
    try {
      const tasks = () => [
        shell('a', { script: `touch ${at('a')}`, creates: at('a') }, { touches: [paths.at(at('a'))] }),
        file('m', { path: at('a'), state: 'file', mode: '0600' }),
        copy('d', { dest: at('d'), content: 'x' }),
      ]
      const dry = await runLocal(tasks, { check: true })
      assert.equal(dry.statuses[2], 'd: would-change')
      assert.equal(dry.tasks[2]?.after, undefined)
    } finally {
      rmSync(root, { recursive: true })
    }
  })

  it('that cannot be made shows what would be done as the host is today, and says so', async () => {
    const root = mkdtempSync(join(tmpdir(), 'today-'))
    try {
      const tasks = () => [
        shell('anything', { script: 'true' }),
        copy('missing', { dest: join(root, 'x'), content: 'x' }),
        file('in order', { path: root, state: 'directory' }),
      ]
      const dry = await runLocal(tasks, { check: true, diff: true })
      assert.deepEqual(dry.statuses, ['anything: would-change', 'missing: would-change', 'in order: unknown'])
      assert.equal(dry.tasks[1]?.after, 'anything')
      assert.match(dry.tasks[1]?.diffs?.[0] ?? '', /\+x/)
    } finally {
      rmSync(root, { recursive: true })
    }
  })

  it('of a file body is what the next diff begins with', async () => {
    const root = mkdtempSync(join(tmpdir(), 'diff-'))
    try {
      const dest = join(root, 'x')
      const tasks = () => [
        copy('first', { dest, content: 'one\n' }),
        copy('second', { dest, content: 'one\ntwo\n' }),
      ]
      const dry = await runLocal(tasks, { check: true, diff: true })
      assert.match(dry.tasks[1]?.diffs?.[0] ?? '', / one\n\+two/)
    } finally {
      rmSync(root, { recursive: true })
    }
  })
})
