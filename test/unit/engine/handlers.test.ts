import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { from } from '../../../lib/core/deferred.ts'
import { copy, facts, file, shell } from '../../../lib/modules/index.ts'
import { runLocal } from '../../support/run-local.ts'

describe('handlers', () => {
  let root: string
  const at = (name: string) => join(root, name)
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'handlers-'))
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  it('do not come between a command and those who read what it printed', async () => {
    const run = await runLocal(() => {
      const handler = shell('handler', { script: `echo handled >> ${at('log')}` })
      const name = shell('name', { script: 'echo alpha' }, { notify: handler })
      return [
        name,
        copy(
          'use',
          from(name, ({ stdout }) => ({ dest: at('used'), content: stdout })),
        ),
      ]
    })
    assert.deepEqual(run.statuses, ['name: changed', 'use: changed', 'handler: changed'])
    assert.equal(readFileSync(at('used'), 'utf8'), 'alpha\n')
  })

  it('that an earlier run owes are paid with --no-batch too, and foretold by its dry run', async () => {
    for (const check of [true, false]) {
      let broken = true
      const tasks = () => {
        const handler = shell('handler', { script: `echo handled >> ${at('log')}` })
        return [
          copy('config', { dest: at(`c-${check}`), content: 'c' }, { notify: handler }),
          broken && shell('breaks', { script: 'false' }),
        ]
      }
      await runLocal(tasks)
      broken = false
      const statuses = ['config: ok', check ? 'handler: would-change' : 'handler: changed']
      assert.deepEqual((await runLocal(tasks, { batch: false, check })).statuses, statuses)
      await runLocal(tasks)
    }
  })

  it('of a change that failed halfway and may fail run in this run, not in the next one', async () => {
    const tasks = () => {
      const handler = file('handler', { path: at('handled'), state: 'file' })
      return [
        shell('half', { script: `touch ${at('half')}; false` }, { ignoreErrors: true, notify: handler }),
      ]
    }
    assert.deepEqual((await runLocal(tasks)).statuses, ['half: failed', 'handler: changed'])
    assert.ok(existsSync(at('handled')))
  })

  it('that only tasks made from what was found bring are paid by the next run, and foretold by its dry run', async () => {
    let broken = true
    const tasks = () => {
      const os = facts.os('os')
      const handler = shell(`made handler ${root}`, { script: `echo handled >> ${at('log')}` })
      return [
        os,
        from(os, () => [copy('config', { dest: at('c'), content: 'c' }, { notify: handler })]),
        broken && shell('breaks', { script: 'false' }),
      ]
    }
    await runLocal(tasks)
    broken = false
    const name = `made handler ${root}`
    const dry = await runLocal(tasks, { check: true })
    assert.deepEqual(dry.statuses, ['os: ok', 'config: ok', `${name}: would-change`])
    assert.deepEqual((await runLocal(tasks)).statuses, ['os: ok', 'config: ok', `${name}: changed`])
    assert.deepEqual((await runLocal(tasks)).statuses, ['os: ok', 'config: ok'])
  })
})
