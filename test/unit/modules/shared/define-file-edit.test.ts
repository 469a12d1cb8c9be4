import assert from 'node:assert/strict'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { copy, defineFileEdit, file, fileEditArgs } from '../../../../lib/modules/index.ts'
import { replaceFile } from '../../../../lib/modules/shared/replace-file.ts'
import { defineModule } from '../../../../lib/core/module.ts'
import { known } from '../../../../lib/core/probe.ts'
import { runLocal } from '../../../support/run-local.ts'
import { SHELLS, converge, useTemp } from '../driver.ts'

const upper = defineFileEdit({
  name: 'upper',
  args: z.strictObject({ ...fileEditArgs, add: z.string().default('') }),
  edit: (text, { add }) => (text.includes(add) ? text : text + add).toUpperCase(),
})

for (const [name, shell] of Object.entries(SHELLS)) {
  describe(`a module made by defineFileEdit, under ${name}`, () => {
    const temp = useTemp()
    const at = (path: string): string => join(temp(), path)
    const modeOf = (path: string): number => lstatSync(path).mode & 0o7777

    it('changes the text, keeps the mode, and shows both texts', async () => {
      writeFileSync(at('f'), 'abc\n')
      chmodSync(at('f'), 0o4751)
      const done = await converge(upper('it', { path: at('f') }), shell)
      assert.deepEqual([done.left, done.wrong], [[], []])
      assert.equal(readFileSync(at('f'), 'utf8'), 'ABC\n')
      assert.equal(modeOf(at('f')), 0o4751)
      assert.equal(done.changes[0]?.body?.wanted, 'ABC\n')
      assert.deepEqual(readdirSync(temp()), ['f'])
    })

    it('makes a file with a mode, and mends the mode alone', async () => {
      const task = () => upper('it', { path: at('f'), add: 'X', create: true, mode: '0640' })
      const made = await converge(task(), shell)
      assert.deepEqual([made.left, made.wrong], [[], []])
      assert.equal(modeOf(at('f')), 0o640)
      chmodSync(at('f'), 0o666)
      const { changes, left } = await converge(task(), shell)
      assert.deepEqual([changes, left], [[{ what: 'mode', from: '0666', to: '0640' }], []])
    })

    it('has the new text checked, and keeps the old one beside it', async () => {
      writeFileSync(at('f'), 'abc')
      const checked = (validate: string) => upper('it', { path: at('f'), validate, backup: true })
      await assert.rejects(converge(checked('grep nothing %s'), shell), /refused by: grep nothing %s/)
      assert.deepEqual(readdirSync(temp()), ['f'])
      await converge(checked('grep ABC %s'), shell)
      const [kept = ''] = readdirSync(temp()).filter((one) => one !== 'f')
      assert.match(kept, /^f\.\d{8}T\d{6}Z~$/)
      assert.equal(readFileSync(at(kept), 'utf8'), 'abc')
    })
  })
}

describe('a module made by defineFileEdit', () => {
  const temp = useTemp()
  const at = (path: string): string => join(temp(), path)
  const errorOf = async (path: string, check = true) => {
    const { tasks } = await runLocal(() => [upper('it', { path, add: 'X' })], { check })
    return tasks[0]?.error
  }

  it('refuses a link in the dry run already, and names what it leads to', async () => {
    mkdirSync(at('real'))
    writeFileSync(at('real/f'), 'abc')
    symlinkSync('real/f', at('link'))
    const error = await errorOf(at('link'))
    assert.equal(error?.code, 'E_OTHER_KIND')
    assert.equal(error.hint, `Use the path of its target: ${at('real/f')}`)
  })

  it('refuses what is no file, what is not there, and what is not text', async () => {
    writeFileSync(at('bytes'), Buffer.from([0xff, 0x00]))
    writeFileSync(at('long'), 'a'.repeat(104_449))
    writeFileSync(at('grows'), 'a'.repeat(104_448))
    assert.equal((await errorOf(temp()))?.code, 'E_OTHER_KIND')
    assert.equal((await errorOf(at('none')))?.code, 'E_NO_FILE')
    assert.equal((await errorOf(at('none/f')))?.code, 'E_NO_DIRECTORY')
    for (const name of ['bytes', 'long', 'grows']) {
      const error = await errorOf(at(name))
      assert.equal(error?.code, 'E_NOT_TEXT', name)
      assert.ok(error.message.startsWith(at(name)), error.message)
    }
  })

  it('foretells what later tasks find', async () => {
    const path = at('new/f')
    const tasks = () => [
      file('folder', { path: at('new'), state: 'directory' }),
      upper('first', { path, add: 'A', create: true }),
      upper('second', { path, add: 'B' }),
      upper('same', { path, add: 'AB' }),
      copy('whole', { dest: path, content: 'AB' }),
      file('there', { path, state: 'exists', mode: '0644' }),
    ]
    const dry = await runLocal(tasks, { check: true, diff: true })
    const run = await runLocal(tasks)
    const expected = ['changed', 'changed', 'changed', 'ok', 'ok', 'ok']
    assert.deepEqual(
      run.tasks.map(({ status }) => status),
      expected,
    )
    assert.deepEqual(
      dry.tasks.map(({ status }) => status),
      expected.map((one) => one.replace(/^changed/, 'would-change')),
    )
    assert.match(dry.tasks[2]?.diffs?.join('') ?? '', /^-A\n.*\n?\+AB$/m)
  })

  it('says why a file cannot be replaced, without the script', async () => {
    const replace = defineModule({
      name: 'replace',
      args: z.strictObject({ path: z.string() }),
      probe: () => known(undefined),
      plan: () => ({ changes: [{ what: 'text' }] }),
      apply: ({ path }) => [replaceFile(path, 'new')],
    })
    symlinkSync('elsewhere', at('link'))
    const { tasks } = await runLocal(() => [replace('it', { path: at('link') })])
    assert.equal(
      tasks[0]?.error?.message,
      `${at('link')} is a link or not a regular file: name the file itself`,
    )
    assert.equal(tasks[0].error.command, undefined)
  })
})
