import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { from } from '../../../../lib/core/deferred.ts'
import { copy, fetch, file, find, lineinfile } from '../../../../lib/modules/index.ts'
import { runLocal } from '../../../support/run-local.ts'

/** Names that mean something to a shell, to a tool or to a terminal. To the modules each is a name. */
const NAMES: readonly string[] = [
  'a b',
  ' a ',
  '-rf',
  '--help',
  '-',
  '$(touch canary)',
  '`touch canary`',
  '${IFS}',
  '$HOME',
  '~',
  '~root',
  "it's",
  '"quoted"',
  "'; touch canary; '",
  '\\',
  'a\\nb',
  'a\tb',
  '*',
  '?',
  '[a-z]',
  '{a,b}',
  '!x',
  '#x',
  '&',
  ';',
  '|cat',
  '>canary',
  '<x',
  '%s%n',
  '...',
  '.hidden',
  'a:b',
  'a=b',
  '@x',
  '^x',
  'ü☃🐘',
  'e\u0301',
  '\u202egpj.exe',
  '\x1b[2J',
  '\x07\x08\x7f',
  '.run-playbook-x',
  'x'.repeat(230),
  '#0',
  '!0',
]

/** Nobody means a file of that name when it is to be removed. */
const isPattern = (name: string): boolean => /[*?]|\[.*\]/.test(name)

/** Paths that are no absolute path of one place: they are refused before a host is asked. */
const WRONG: readonly string[] = [
  '',
  'a',
  './a',
  '../a',
  '~/a',
  'C:\\a',
  '/a/../b',
  '/..',
  '/a/./b',
  '/a\0b',
  '//a/../../b',
  '/a\nb',
  '/\n',
  '/a\n',
  '/a\rb',
]

describe('a hostile name of a file', function () {
  this.timeout(120_000)
  let root: string
  let made: string[]
  let statuses: ReadonlyMap<string, string>[]
  before(async () => {
    root = mkdtempSync(join(tmpdir(), 'run-playbook-paths-'))
    const at = (name: string): string => `${root}/${name}`
    const written = NAMES.flatMap((name, i) => [
      copy(`copy ${i}`, { dest: at(name), content: `${i}\n`, mode: '0600' }),
      lineinfile(`line ${i}`, { path: at(name), line: 'more' }),
    ])
    const gone = NAMES.flatMap((name, i) =>
      isPattern(name) ? [] : [file(`gone ${i}`, { path: at(name), state: 'absent' })],
    )
    writeFileSync(at('bystander'), 'x')
    const runs = [await runLocal(() => written)]
    made = NAMES.map((name) => (existsSync(at(name)) ? readFileSync(at(name), 'utf8') : ''))
    runs.push(await runLocal(() => gone))
    statuses = runs.map(
      ({ tasks }) => new Map(tasks.map(({ task, status, error }) => [task, error?.message ?? status])),
    )
  })
  after(() => rmSync(root, { recursive: true }))

  for (const [i, name] of NAMES.entries())
    it(`is a name and nothing else: ${JSON.stringify(name.slice(0, 40))}`, () => {
      assert.equal(made[i], `${i}\nmore\n`)
      const of = (run: number, what: string): string | undefined => statuses[run]?.get(`${what} ${i}`)
      assert.deepEqual([of(0, 'copy'), of(0, 'line')], ['changed', 'changed'])
      if (isPattern(name))
        assert.throws(() => file('it', { path: `/${name}`, state: 'absent' }), { code: 'E_BAD_ARGUMENT' })
      else assert.equal(of(1, 'gone'), 'changed')
    })
  it('is found, and fetched into the directory of its host', async () => {
    const [here, there] = [mkdtempSync(`${root}-host-`), mkdtempSync(`${root}-fetched-`)]
    try {
      for (const [i, name] of NAMES.entries()) writeFileSync(join(here, name), `${i}`)
      const all = find('all', { paths: here, hidden: true })
      const fetched = from(all, ({ files }) =>
        files.map(({ path }) => fetch(path, { src: path, dest: there })),
      )
      const { tasks, recap } = await runLocal(() => [all, fetched])
      assert.equal(recap.exitCode, 0)
      assert.equal(tasks.length, NAMES.length + 1)
      assert.deepEqual(readdirSync(there), ['host-1'])
      const at = join(there, 'host-1', here)
      for (const [i, name] of NAMES.entries()) assert.equal(readFileSync(join(at, name), 'utf8'), `${i}`)
      assert.equal(readdirSync(at).length, NAMES.length)
    } finally {
      for (const one of [here, there]) rmSync(one, { recursive: true })
    }
  })

  it('touches nothing else', () => {
    assert.deepEqual(readdirSync(root).toSorted(), ['bystander', ...NAMES.filter(isPattern)].toSorted())
  })
  for (const path of WRONG)
    it(`is refused: ${JSON.stringify(path)}`, () => {
      assert.throws(() => copy('it', { dest: path, content: 'x' }), { code: 'E_BAD_ARGUMENT' })
      assert.throws(() => file('it', { path, state: 'absent' }), { code: 'E_BAD_ARGUMENT' })
    })
})
