import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { line } from '../../../starter/modules/line.ts'
import { runLocal } from '../../support/run-local.ts'
import { useTemp } from './driver.ts'

describe('the module of a new project', () => {
  const temp = useTemp()
  const at = (path: string): string => join(temp(), path)

  it('writes its line and shows the difference', async () => {
    writeFileSync(at('f'), 'old\n')
    const { statuses, tasks } = await runLocal(() => [line('it', { path: at('f'), text: 'new' })], {
      diff: true,
    })
    assert.deepEqual(statuses, ['it: changed'])
    assert.match(tasks[0]?.diffs?.join('') ?? '', /^-old\n\+new$/m)
    assert.equal(readFileSync(at('f'), 'utf8'), 'new\n')
  })

  it('refuses in the dry run what the run refuses', async () => {
    mkdirSync(at('folder'))
    symlinkSync('folder', at('link'))
    const expected = { 'none/f': 'E_NO_DIRECTORY', folder: 'E_OTHER_KIND', link: 'E_OTHER_KIND' }
    for (const [name, code] of Object.entries(expected))
      for (const check of [true, false]) {
        const { tasks } = await runLocal(() => [line('it', { path: at(name), text: 'x' })], { check })
        assert.equal(tasks[0]?.error?.code, code, name)
      }
  })
})
