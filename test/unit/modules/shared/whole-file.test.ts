import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { defineModule } from '../../../../lib/core/module.ts'
import { paths } from '../../../../lib/core/resource.ts'
import { absolutePath, secretValue } from '../../../../lib/core/schemas.ts'
import { Secret } from '../../../../lib/core/secret.ts'
import { file, lineinfile, planFile, probeFile, replaceFile } from '../../../../lib/modules/index.ts'
import { runLocal } from '../../../support/run-local.ts'
import { SHELLS, converge, useTemp } from '../driver.ts'

const note = defineModule({
  name: 'note',
  args: z.strictObject({
    path: absolutePath,
    text: z.union([z.string(), z.instanceof(Buffer), secretValue]),
  }),
  probe: ({ path }) => probeFile(path),
  plan: ({ path, text }, state) => planFile(path, text, state),
  apply: ({ path, text }) => [replaceFile(path, text)],
  touches: ({ path }) => [paths.at(path)],
})

describe('a module that writes a whole file', () => {
  const temp = useTemp()
  const at = (path: string): string => join(temp(), path)

  for (const [name, shell] of Object.entries(SHELLS))
    it(`foretells what is there afterwards, under ${name}`, async () => {
      const secret = new Secret('word', 'hidden\n')
      for (const text of ['text\n', '', Buffer.from([0, 255]), secret]) {
        const made = await converge(note('it', { path: at('f'), text }), shell)
        assert.deepEqual([made.left, made.wrong], [[], []])
        chmodSync(at('f'), 0o4711)
        const other = await converge(note('it', { path: at('f'), text: 'other' }), shell)
        assert.deepEqual([other.left, other.wrong], [[], []])
      }
      const mended = await converge(note('it', { path: at('f'), text: 'other' }), shell)
      assert.deepEqual(mended.changes, [])
    })

  it('fails in the dry run where the run would', async () => {
    mkdirSync(at('folder'))
    writeFileSync(at('there'), '')
    symlinkSync('there', at('link'))
    const expected = {
      'none/f': 'E_NO_DIRECTORY',
      'there/f': 'E_NOT_A_DIRECTORY',
      folder: 'E_OTHER_KIND',
      link: 'E_OTHER_KIND',
    }
    for (const [name, code] of Object.entries(expected))
      for (const check of [true, false]) {
        const { tasks } = await runLocal(() => [note('it', { path: at(name), text: 'x' })], { check })
        assert.equal(tasks[0]?.error?.code, code, name)
      }
  })

  it('lets a dry run go on with what later tasks do to the file', async () => {
    const tasks = () => [
      file('folder', { path: at('new'), state: 'directory' }),
      note('first', { path: at('new/f'), text: 'A\n' }),
      lineinfile('more', { path: at('new/f'), line: 'B' }),
      file('mode', { path: at('new/f'), state: 'exists', mode: '0644' }),
      note('again', { path: at('new/f'), text: 'A\nB\n' }),
    ]
    const dry = await runLocal(tasks, { check: true, diff: true })
    assert.deepEqual(
      dry.tasks.map(({ status }) => status),
      ['would-change', 'would-change', 'would-change', 'ok', 'ok'],
    )
    assert.match(dry.tasks[1]?.diffs?.join('') ?? '', /^\+A$/m)
    await runLocal(tasks)
    assert.equal(readFileSync(at('new/f'), 'utf8'), 'A\nB\n')
  })

  it('does not show a secret', async () => {
    const text = new Secret('word', 'hidden\n')
    const { tasks } = await runLocal(() => [note('it', { path: at('f'), text })], { check: true, diff: true })
    assert.deepEqual(tasks[0]?.changes, [{ what: 'content', from: 'absent', to: '«secret»' }])
    assert.deepEqual(tasks[0].diffs, [])
  })
})
