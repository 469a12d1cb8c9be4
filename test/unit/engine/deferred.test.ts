import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { from } from '../../../lib/core/deferred.ts'
import { copy, file, shell, template } from '../../../lib/modules/index.ts'
import { runLocal } from '../../support/run-local.ts'

describe('what is made from what an earlier task leaves', () => {
  let root: string
  const at = (name: string) => join(root, name)
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'deferred-'))
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  const asked = () => shell('asked', { script: `echo x >> ${at('log')}; echo value` })

  it('is refused for a misspelled or missing argument before anything is changed', async () => {
    const wrong = [
      [{ dset: '/x', content: 'x' }, /^copy "copy": there is no argument dset: did you mean dest\?$/],
      [{ content: 'x' }, /dest/],
      [{ dest: '/x', content: 'x', mdoe: '0644' }, /there is no argument mdoe: did you mean mode\?$/],
      [{ dest: '/x', content: 'x', zzzzzz: 1 }, /: there is no argument zzzzzz$/],
    ] as const
    for (const [args, message] of wrong) {
      const tasks = () => {
        const first = asked()
        return [
          first,
          copy('copy', from(first, ({ stdout }) => ({ ...args, backup: stdout === 'x' })) as never),
        ]
      }
      await assert.rejects(runLocal(tasks), { code: 'E_BAD_ARGUMENT', message, at: /deferred\.test\.ts/ })
      await assert.rejects(runLocal(tasks, { check: true }), { code: 'E_BAD_ARGUMENT', message })
    }
    assert.equal(existsSync(at('log')), false)
  })

  it('is refused for a variable that the template does not have, before anything is changed', async () => {
    writeFileSync(at('t.hbs'), 'port {{port}}\n')
    const tasks = () => {
      const first = asked()
      const args = from(first, ({ stdout }) => ({ src: at('t.hbs'), dest: at('t'), vars: { prot: stdout } }))
      return [first, template('template', args)]
    }
    await assert.rejects(runLocal(tasks), { code: 'E_TEMPLATE_VARIABLE', message: /port/ })
    assert.equal(existsSync(at('log')), false)
  })

  it('is left alone where it takes more than names to say: loops, methods, values', async () => {
    const views: ((state: { stdout: string }) => object)[] = [
      ({ stdout }) => ({ path: at(stdout.trim().split('\n').at(-1)?.toUpperCase() ?? ''), state: 'file' }),
      ({ stdout }) => {
        let text = stdout
        while (text.includes('v')) text = text.replace('v', '')
        return { path: at(`loop${text.length}`), state: 'file' }
      },
      ({ stdout }) => {
        if (JSON.parse(`"${stdout.trim()}"`) !== 'value') throw new Error('other')
        return { path: at('json'), state: 'file' }
      },
      ({ stdout }) => ({ path: at(`n${[...stdout].filter((one) => one === 'v').length}`), state: 'file' }),
    ]
    for (const view of views) {
      const run = await runLocal(() => {
        const first = shell('first', { script: 'echo value', changes: false })
        return [first, file('made', from(first, view) as never)]
      })
      assert.deepEqual(run.statuses, ['first: ok', 'made: changed'])
    }
  })
})
