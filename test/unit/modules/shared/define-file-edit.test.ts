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
import { regularExpression } from '../../../../lib/core/schemas.ts'
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

/** Keeps `NAME=value` lines as the page on modules does it. */
const setting = defineFileEdit({
  name: 'setting',
  args: z.strictObject({ ...fileEditArgs, name: z.string(), value: z.string().optional() }),
  editLines: (lines, { name, value }) => {
    const at = lines.findLastIndex((line) => line.startsWith(`${name}=`))
    if (value === undefined) return at < 0 ? lines : lines.toSpliced(at, 1)
    return at < 0 ? [...lines, `${name}=${value}`] : lines.with(at, `${name}=${value}`)
  },
})

/** What is in the file, what is asked for, and what it holds then. */
const LINES: Readonly<Record<string, readonly [string, { name: string; value?: string }, string]>> = {
  'a replaced line': ['A=1\nB=2\n', { name: 'A', value: '3' }, 'A=3\nB=2\n'],
  'a line that is added': ['A=1\n', { name: 'B', value: '2' }, 'A=1\nB=2\n'],
  'a line that goes': ['A=1\nB=2\n', { name: 'B' }, 'A=1\n'],
  'an empty file': ['', { name: 'A', value: '1' }, 'A=1\n'],
  'an empty line alone': ['\n', { name: 'A', value: '1' }, '\nA=1\n'],
  'CRLF, replaced': ['A=1\r\nB=2\r\n', { name: 'A', value: '3' }, 'A=3\r\nB=2\r\n'],
  'CRLF, added': ['A=1\r\n', { name: 'B', value: '2' }, 'A=1\r\nB=2\r\n'],
  'CRLF, in the file only here and there': [
    'A=1\nB=2\r\nC=3\n',
    { name: 'C', value: '4' },
    'A=1\nB=2\r\nC=4\n',
  ],
  'a line with CRLF among others, replaced': [
    'A=1\nB=2\r\nC=3\n',
    { name: 'B', value: '4' },
    'A=1\nB=4\r\nC=3\n',
  ],
  'a carriage return in a line': ['A=1\rB\nC=3\n', { name: 'C', value: '4' }, 'A=1\rB\nC=4\n'],
  'no end of the last line, another replaced': ['A=1\nB=2', { name: 'A', value: '3' }, 'A=3\nB=2'],
  'no end of the last line, nothing to do': ['A=1\nB=2', { name: 'B', value: '2' }, 'A=1\nB=2'],
  'no end of the last line, that one replaced': ['A=1\nB=2', { name: 'B', value: '3' }, 'A=1\nB=3\n'],
  'no end of the last line, one more added': [
    'A=1\r\nB=2',
    { name: 'C', value: '3' },
    'A=1\r\nB=2\r\nC=3\r\n',
  ],
  'no end of the last line, which goes': ['A=1\nB=2', { name: 'B' }, 'A=1\n'],
}

describe('a module made with editLines', () => {
  const temp = useTemp()
  for (const [what, [before, args, after]] of Object.entries(LINES))
    it(`keeps the ends of lines: ${what}`, async () => {
      const path = join(temp(), 'f')
      writeFileSync(path, before)
      const shell = SHELLS['busybox'] ?? SHELLS['dash'] ?? assert.fail('there is no shell')
      const { left, wrong } = await converge(setting('it', { path, ...args }), shell)
      assert.deepEqual([left, wrong], [[], []])
      assert.equal(readFileSync(path, 'utf8'), after)
    })
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

  it('takes a pattern with any flags, and takes those away that make it remember', async () => {
    const bare = defineFileEdit({
      name: 'bare',
      args: z.strictObject({ ...fileEditArgs, regexp: regularExpression }),
      editLines: (lines, { regexp }) => lines.filter((line) => !regexp.test(line)),
    })
    for (const regexp of [/^#/, /^#/g, /^#/y, /^#/gimsuy]) {
      writeFileSync(at('f'), '#a\n#b\nc\n#d\n')
      const { statuses } = await runLocal(() => [bare('it', { path: at('f'), regexp })])
      assert.deepEqual(statuses, ['it: changed'], String(regexp))
      assert.equal(readFileSync(at('f'), 'utf8'), 'c\n')
    }
  })

  it('says of an edit that remembers something that it does', async () => {
    const once = /^#/g
    const bare = defineFileEdit({
      name: 'bare',
      args: z.strictObject(fileEditArgs),
      editLines: (lines) => lines.filter((line) => !once.test(line)),
    })
    writeFileSync(at('f'), '#a\n#b\nc\n#d\n')
    const { tasks } = await runLocal(() => [bare('it', { path: at('f') })])
    assert.equal(tasks[0]?.error?.code, 'E_NOT_CONVERGED')
    assert.match(tasks[0].error.hint ?? '', /flag g or y .*regularExpression/)
    assert.equal(readFileSync(at('f'), 'utf8'), '#a\n#b\nc\n#d\n')
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
