import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { from } from '../../../lib/core/deferred.ts'
import type { Task } from '../../../lib/core/task.ts'
import { copy, file, lineinfile, shell } from '../../../lib/modules/index.ts'
import type { Script, Transport } from '../../../lib/transport/transport.ts'
import { through } from '../modules/files/through.ts'
import { exchangeHook } from '../../support/exchange-hook.ts'
import { often } from '../../support/often.ts'
import { type How, runLocal } from '../../support/run-local.ts'

describe('files and directories that are made by one script', function () {
  this.timeout(1_800_000)
  let root: string
  const at = (name: string) => join(root, name)
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'joined-'))
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  /** A transport whose scripts are kept. `before` is called before they are sent. */
  const watched = (
    sent: Script[][],
    before: (scripts: readonly Script[]) => void = () => {},
    real?: Transport,
  ): Transport =>
    exchangeHook((_, scripts) => {
      sent.push([...scripts])
      before(scripts)
    }, real)
  const steps = (sent: readonly Script[][]): number =>
    sent.flat().filter(({ kind }) => kind === 'step').length

  const files = (names: readonly string[], mode = '0644'): Task[] =>
    names.map((name) => copy(name, { dest: at(name), content: `it's ${name}\n`, mode }))

  for (const tools of ['dash', 'busybox'] as const)
    it(`need two scripts for five directories and ten files in them, with the tools of ${tools}`, async () => {
      const sent: Script[][] = []
      mkdirSync(at('a'))
      writeFileSync(at('a/1'), 'old', { mode: 0o640 })
      const tasks = () => [
        ...['a/b', 'c', 'd', 'e', 'e/f'].map((name) =>
          file(name, { path: at(name), state: 'directory', mode: '0750' }),
        ),
        ...files(['a/1', 'a/2', 'a/b/3', 'a/b/4', 'c/5', 'c/6', 'd/7', 'd/8', 'e/9', '10']),
      ]
      const { statuses } = await runLocal(tasks, { transport: watched(sent, undefined, through(tools)) })
      assert.equal(statuses.filter((one) => one.endsWith(': changed')).length, 15)
      assert.equal(steps(sent), 2)
      assert.equal(readFileSync(at('a/b/4'), 'utf8'), "it's a/b/4\n")
      assert.equal(statSync(at('a/b')).mode & 0o7777, 0o750)
      assert.equal(statSync(at('e/9')).mode & 0o7777, 0o644)
      assert.deepEqual(
        readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) =>
          name.includes('run-playbook'),
        ),
        [],
      )
      assert.equal((await runLocal(tasks)).recap.hosts['host-1']?.changed, 0)
    })

  it('are made up to the one that fails, which says why, and no further', async function () {
    writeFileSync(at('b'), 'old')
    try {
      execFileSync('chattr', ['+i', at('b')])
    } catch {
      this.skip()
    }
    try {
      const tasks = () => [...files(['a', 'b', 'c']), shell('later', { script: `: >${at('later')}` })]
      const run = await runLocal(tasks)
      assert.deepEqual(run.statuses, ['a: changed', 'b: failed'])
      assert.match(run.tasks.at(-1)?.error?.message ?? '', /b is immutable: on the host, chattr -i/)
      assert.equal(readFileSync(at('a'), 'utf8'), "it's a\n")
      for (const name of ['c', 'later']) assert.equal(existsSync(at(name)), false)
    } finally {
      execFileSync('chattr', ['-i', at('b')])
    }
  })

  it('are made one by one where somebody else can write by then', async () => {
    mkdirSync(at('shared'))
    const sent: Script[][] = []
    const open = (scripts: readonly Script[]): void => {
      if (scripts.some(({ unseen }) => unseen === true)) chmodSync(at('shared'), 0o777)
    }
    const names = ['1', 'shared/2', '3']
    const run = await runLocal(() => files(names), { transport: watched(sent, open) })
    assert.deepEqual(
      run.statuses,
      names.map((name) => `${name}: changed`),
    )
    assert.equal(steps(sent), 4)
    for (const name of names) assert.equal(readFileSync(at(name), 'utf8'), `it's ${name}\n`)
  })

  it('write down all handlers before the first of them', async () => {
    const sent: Script[][] = []
    const handler = (name: string) => shell(name, { script: `echo ${name} >>${at('log')}` })
    const [one, two] = [handler('one'), handler('two')]
    const tasks = () => [
      copy('a', { dest: at('a'), content: 'a' }, { notify: one }),
      copy('b', { dest: at('b'), content: 'b' }, { notify: [one, two] }),
    ]
    const { recap } = await runLocal(tasks, { transport: watched(sent) })
    assert.equal(recap.exitCode, 0)
    const [owe, write] = sent.flat().filter(({ kind }) => kind === 'step')
    assert.match(owe?.script ?? '', /touch -- [0-9a-f]{16} [0-9a-f]{16}$/)
    assert.equal(write?.unseen, true)
    assert.equal(readFileSync(at('log'), 'utf8'), 'one\ntwo\n')
  })

  it('are one script for all lines of a file, which keeps what it has', async () => {
    writeFileSync(at('f'), 'a\n', { mode: 0o640 })
    const lines = ['one', 'two', 'three']
    const tasks = () =>
      ['f', 'g'].flatMap((name) =>
        lines.map((line) =>
          lineinfile(`${name} ${line}`, {
            path: at(name),
            line,
            create: true,
            ...(line === 'two' && { mode: '0604' }),
          }),
        ),
      )
    const sent: Script[][] = []
    const run = await runLocal(tasks, { transport: watched(sent) })
    assert.equal(run.recap.hosts['host-1']?.changed, 6)
    assert.equal(steps(sent), 1)
    assert.equal(readFileSync(at('f'), 'utf8'), 'a\none\ntwo\nthree\n')
    assert.equal(readFileSync(at('g'), 'utf8'), 'one\ntwo\nthree\n')
    for (const name of ['f', 'g']) assert.equal(statSync(at(name)).mode & 0o7777, 0o604)
    assert.equal((await runLocal(tasks)).recap.hosts['host-1']?.changed, 0)
  })

  it('wait for each other where one undoes what the other did', async () => {
    const tasks = () => ['one', 'two'].map((content) => copy(content, { dest: at('f'), content }))
    const run = await runLocal(tasks)
    assert.deepEqual(run.statuses, ['one: changed', 'two: changed'])
    assert.match(JSON.stringify(run.events), /\\"one\\" would change again \(content\)/)
  })

  it('wait for each other where a later task reads what the first one left', async () => {
    const first = lineinfile('first', { path: at('f'), line: 'one', create: true })
    const tasks = () => [
      first,
      lineinfile('second', { path: at('f'), line: 'two' }),
      copy(
        'copy',
        from(first, ({ text }) => ({ dest: at('g'), content: text ?? '' })),
      ),
    ]
    await runLocal(tasks)
    assert.equal(readFileSync(at('g'), 'utf8'), 'one\n')
  })

  it('show the difference that each of them makes', async () => {
    const tasks = () => ['one', 'two'].map((line) => lineinfile(line, { path: at('f'), line, create: true }))
    const run = await runLocal(tasks, { diff: true })
    const diffs = run.tasks.map((task) => task.diffs?.join('') ?? '')
    assert.match(diffs[0] ?? '', /\+one/)
    assert.doesNotMatch(diffs[1] ?? '', /\+one/)
    assert.match(diffs[1] ?? '', /\+two/)
  })

  it('show in no process list what is written', async () => {
    const sent: Script[][] = []
    await runLocal(() => files(['a', 'b']), { transport: watched(sent) })
    const shown = sent.flat().filter(({ unseen }) => unseen !== true)
    assert.ok(!shown.some(({ script }) => script.includes("it'\\''s a")))
  })

  const odd = fc.string({ unit: 'binary', maxLength: 40 }).map((text) => text.replaceAll('\0', ''))
  const mode = fc.constantFrom('0644', '0600', '0755', '2750', '4711')
  const wish = fc.record({
    folder: fc.constantFrom('', 'd/', 'd/e/'),
    content: fc.oneof(odd, fc.constant('')),
    mode,
  })

  it('come out as one by one, whatever they hold', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(wish, { minLength: 2, maxLength: 8 }), mode, async (wishes, folderMode) => {
        const run = async (name: string, how: How): Promise<string[]> => {
          mkdirSync(at(name))
          writeFileSync(at(`${name}/0`), 'old', { mode: 0o640 })
          const tasks = () => [
            ...['d', 'd/e'].map((one) =>
              file(one, { path: at(`${name}/${one}`), state: 'directory', mode: folderMode }),
            ),
            ...wishes.map((one, i) =>
              copy(`${i}`, { dest: at(`${name}/${one.folder}${i}`), content: one.content, mode: one.mode }),
            ),
          ]
          const { statuses } = await runLocal(tasks, how)
          const found = readdirSync(at(name), { recursive: true, encoding: 'utf8' })
            .toSorted()
            .map((one) => {
              const { mode: bits, uid, gid } = statSync(at(`${name}/${one}`))
              const content = (bits & 0o40000) === 0 ? readFileSync(at(`${name}/${one}`), 'base64') : ''
              return `${one} ${(bits & 0o7777).toString(8)} ${uid}:${gid} ${content}`
            })
          rmSync(at(name), { recursive: true })
          return [...statuses, ...found]
        }
        assert.deepEqual(await run('together', {}), await run('alone', { batch: false }))
      }),
      { numRuns: often(15, 100) },
    )
  })
})
