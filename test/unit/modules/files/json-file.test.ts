import assert from 'node:assert/strict'
import { lstatSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { editJson } from '../../../../lib/modules/files/json-file/edit.ts'
import { jsonc } from '../../../../lib/modules/files/json-file/parse.ts'
import { type DataFileArgs, jsonFile } from '../../../../lib/modules/index.ts'
import { often } from '../../../support/often.ts'
import { runLocal } from '../../../support/run-local.ts'
import { SHELLS, converge, useTemp } from '../driver.ts'
import { proveBehaviours } from './behaviours.ts'
import { assertRefused, behaviour } from './data-file.ts'
import { changed, keyed } from './data-values.ts'

const DAEMON = `{
    "log-driver": "json-file",
    "log-opts": { "max-size": "10m" },
    "registry-mirrors": [
        "https://a.example.org"
    ]
}
`
const COMMENTED = `{
\t// the port
\t"port": 80, // plain
\t/* all of them */
\t"names": ["a", "b",],
}
`

proveBehaviours({
  module: 'json_file',
  task: jsonFile,
  cases: {
    'leaves a value that is there': behaviour(DAEMON, { key: ['log-driver'], value: 'json-file' }, DAEMON),
    'changes a value': behaviour(
      DAEMON,
      { key: ['log-opts', 'max-size'], value: '20m' },
      DAEMON.replace('10m', '20m'),
    ),
    'changes a text to a list, set in as the file is': behaviour(
      DAEMON,
      { key: ['log-opts', 'max-size'], value: ['x'] },
      DAEMON.replace('"10m"', '[\n        "x"\n    ]'),
    ),
    'adds a name at the end': behaviour(
      DAEMON,
      { key: ['live-restore'], value: true },
      DAEMON.replace(']\n', '],\n    "live-restore": true\n'),
    ),
    'adds a name within a line': behaviour(
      DAEMON,
      { key: ['log-opts', 'max-file'], value: '3' },
      DAEMON.replace('"10m"', '"10m", "max-file": "3"'),
    ),
    'makes objects on the way': behaviour(
      DAEMON,
      { key: ['builder', 'gc', 'enabled'], value: true },
      DAEMON.replace(
        ']\n',
        '],\n    "builder": {\n        "gc": {\n            "enabled": true\n        }\n    }\n',
      ),
    ),
    'makes an object in the place of null': behaviour(
      '{"a":null}',
      { key: ['a', 'b'], value: 1 },
      '{"a":{"b":1}}',
    ),
    'makes a list on the way': behaviour('{}', { key: ['a', 0], value: 1 }, '{\n  "a": [\n    1\n  ]\n}'),
    'sets several values, and keeps others': behaviour(
      DAEMON,
      { values: { 'log-driver': 'local', 'log-opts': { 'max-file': '3' }, debug: false } },
      DAEMON.replace('json-file', 'local')
        .replace('"10m"', '"10m", "max-file": "3"')
        .replace(']\n', '],\n    "debug": false\n'),
    ),
    'sets several values below a key': behaviour(
      DAEMON,
      { key: ['log-opts'], values: { 'max-size': '10m', 'max-file': '3' } },
      DAEMON.replace('"10m"', '"10m", "max-file": "3"'),
    ),
    'replaces an object as a whole': behaviour(
      DAEMON,
      { key: ['log-opts'], value: {} },
      DAEMON.replace('{ "max-size": "10m" }', '{}'),
    ),
    'leaves names in another order': behaviour(
      '{"a": {"x": 1, "y": 2.0}}',
      { key: ['a'], value: { y: 2, x: 1 } },
      '{"a": {"x": 1, "y": 2.0}}',
    ),
    'changes an item of a list': behaviour(
      DAEMON,
      { key: ['registry-mirrors', 0], value: 'https://b.example.org' },
      DAEMON.replace('a.example', 'b.example'),
    ),
    'adds what a list lacks, once': behaviour(
      DAEMON,
      {
        key: ['registry-mirrors'],
        items: ['https://b.example.org', 'https://a.example.org', 'https://b.example.org'],
      },
      DAEMON.replace('a.example.org"', 'a.example.org",\n        "https://b.example.org"'),
    ),
    'makes a list that is not there': behaviour(
      '{"a":1}',
      { key: ['b'], items: [{ x: 1 }, { x: 1 }] },
      '{"a":1,"b":[{"x":1}]}',
    ),
    'removes items of a list': behaviour(
      '{"a": [1, 2, 3, 2]}',
      { key: ['a'], items: [2, 9], state: 'absent' },
      '{"a": [1, 3]}',
    ),
    'removes the first name': behaviour(
      DAEMON,
      { key: ['log-driver'], state: 'absent' },
      DAEMON.replace('    "log-driver": "json-file",\n', ''),
    ),
    'removes the last name, with the comma before it': behaviour(
      DAEMON,
      { key: ['registry-mirrors'], state: 'absent' },
      DAEMON.replace(/,\n {4}"reg[^]*?\]/, ''),
    ),
    'removes the only name': behaviour('{\n  "a": 1\n}\n', { key: ['a'], state: 'absent' }, '{}\n'),
    'removes nothing where nothing is': behaviour(DAEMON, { key: ['a', 'b', 'c'], state: 'absent' }, DAEMON),
    'removes nothing where no file is': behaviour(undefined, { key: ['a'], state: 'absent' }, undefined),
    'keeps comments, tabs and commas at the end': behaviour(
      COMMENTED,
      { values: { port: 81, debug: { level: 1 } } },
      COMMENTED.replace('80', '81').replace('],\n', '],\n\t"debug": {\n\t\t"level": 1\n\t},\n'),
    ),
    'adds behind a comment, which stays in its line': behaviour(
      '{\n  "a": 1 // one\n  // the end\n}\n',
      { key: ['b'], value: 2 },
      '{\n  "a": 1, // one\n  "b": 2\n  // the end\n}\n',
    ),
    'adds to an object that has only comments': behaviour(
      '{\n  // "a": 1\n}\n',
      { key: ['a'], value: 2 },
      '{\n  // "a": 1\n  "a": 2\n}\n',
    ),
    'takes the comment of a line along, and no other': behaviour(
      '{\n  // about b\n  "b": 1, // one\n  "c": 2 // two\n}\n',
      { key: ['b'], state: 'absent' },
      '{\n  // about b\n  "c": 2 // two\n}\n',
    ),
    'keeps a text in one line': behaviour(
      '{"a":{"b":1}}\n',
      { key: ['a', 'c'], value: [1, { x: ': {' }] },
      '{"a":{"b":1,"c":[1,{"x":": {"}]}}\n',
    ),
    'makes a file': behaviour(undefined, { key: ['a'], value: [] }, '{\n  "a": []\n}\n'),
    'fills an empty file': behaviour('', { values: { a: 1 } }, '{\n  "a": 1\n}\n'),
    'keeps the ends of lines': behaviour(
      '{\r\n\t"a": 1\r\n}\r\n',
      { key: ['b'], value: { c: 2 } },
      '{\r\n\t"a": 1,\r\n\t"b": {\r\n\t\t"c": 2\r\n\t}\r\n}\r\n',
    ),
    'keeps a byte order mark': behaviour('\ufeff{"a":1}', { key: ['a'], value: 2 }, '\ufeff{"a":2}'),
    'takes names as they are': behaviour(
      '{"a.b": 1}',
      { values: { 'a.b': 2, __proto__x: 1, 'x"\n': '</é\u2028' } },
      '{"a.b": 2, "__proto__x": 1, "x\\"\\n": "</é\u2028"}',
    ),
  },
})

for (const [name, shell] of Object.entries(SHELLS))
  describe(`jsonFile, under ${name}`, () => {
    const temp = useTemp()
    const path = (): string => join(temp(), 'daemon.json')
    const of = (args: Partial<DataFileArgs>) =>
      converge(jsonFile('it', { path: path(), ...args } as DataFileArgs), shell)
    const refused = (text: string, args: Partial<DataFileArgs>, message: RegExp): Promise<void> =>
      assertRefused(path(), text, () => of(args), message)

    it('has a mode, a backup and a check', async () => {
      const done = await of({ values: { a: 1 }, mode: '0600', validate: `grep -q '"a": 1' %s` })
      assert.deepEqual([done.left, done.wrong], [[], []])
      assert.equal(lstatSync(path()).mode & 0o777, 0o600)
      await assert.rejects(of({ values: { a: 2 }, validate: `grep -q '"a": 1' %s` }))
      assert.equal(readFileSync(path(), 'utf8'), '{\n  "a": 1\n}\n')
      assert.deepEqual((await of({ values: { a: 1 } })).changes, [])
    })

    it('refuses a file that is no JSON, with its line and column', async () => {
      const args = { key: ['b'], value: 1 }
      await refused('{\n  "a": 1\n  "b": 2\n}\n', args, /not valid JSON, line 3, column 3: comma expected/)
      await refused('a = 1\n', args, /not valid JSON, line 1, column 1: invalid symbol/)
      await refused('{"a": 1} {}', args, /not valid JSON, line 1, column 10: end of file expected/)
      await refused('{"a": "é', args, /not valid JSON, line 1, column 7: unexpected end of string/)
      await refused('{"x": {\n"a": 1, "a": 2}}', args, /line 2, column 9: the name "a" is there twice/)
      await refused('['.repeat(60_000), args, /nested too deeply/)
    })

    it('refuses a key that leads nowhere', async () => {
      const text = '{"a": [1], "b": {"c": "d"}}'
      await refused(text, { key: ['a', 'b'], value: 1 }, /what stands at "a" is a list: use a position/)
      await refused(text, { key: ['b', 0], value: 1 }, /what stands at "b" is an object: use a name/)
      await refused(text, { key: ['b', 'c', 'd'], value: 1 }, /at "b" → "c" is a text, and "d" cannot/)
      await refused(text, { key: ['a', 2], value: 1 }, /at "a" is a list of length 1/)
      await refused(
        text,
        { key: ['n', 1], value: 1 },
        /at "n" is not there: the first position of a list is 0/,
      )
      await refused(text, { key: ['b'], items: [1] }, /at "b" is an object, not a list/)
      await refused(text, { values: { a: { b: 1 } } }, /at "a" is a list, not an object/)
      await refused('[]', { values: { a: 1 } }, /at the top of the file is a list, not an object/)
    })
  })

describe('jsonFile', () => {
  const temp = useTemp()

  it('is known in a dry run', async () => {
    const path = join(temp(), 'a.json')
    const tasks = () => [
      jsonFile('it', { path, values: { a: { b: 1 } } }),
      jsonFile('again', { path, key: ['a', 'b'], value: 1 }),
      jsonFile('other', { path, key: ['a', 'c'], items: [1] }),
      jsonFile('gone', { path, key: ['a', 'b'], state: 'absent' }),
    ]
    const dry = await runLocal(tasks, { check: true })
    const would = ['it: would-change', 'again: ok', 'other: would-change', 'gone: would-change']
    assert.deepEqual(dry.statuses, would)
    for (const batch of [true, false]) {
      writeFileSync(path, '{}')
      const { statuses } = await runLocal(tasks, { batch })
      assert.deepEqual(statuses, ['it: changed', 'again: ok', 'other: changed', 'gone: changed'])
    }
    assert.equal(readFileSync(path, 'utf8'), '{\n  "a": {\n    "c": [\n      1\n    ]\n  }\n}')
  })

  it('refuses arguments that contradict each other', () => {
    const refused = (args: object, reason: RegExp): void =>
      assert.throws(() => jsonFile('it', { path: '/etc/x', ...args } as DataFileArgs), reason)
    refused({}, /value: give value, values or items/)
    refused({ key: ['a'] }, /value: give value, values or items/)
    refused({ value: 1 }, /key: is needed, unless values is given/)
    refused({ key: [], value: 1 }, /key: /)
    refused({ key: 'a', value: 1 }, /key: /)
    refused({ key: [-1], value: 1 }, /key/)
    refused({ key: ['a'], value: 1, items: [1] }, /value: only one of value, values and items/)
    refused({ key: ['a'], value: Number.NaN }, /value: /)
    refused({ key: ['a'], value: () => 1 }, /value: /)
    refused({ state: 'absent' }, /key: is needed/)
    refused({ key: ['a', 0], state: 'absent' }, /key: must end in a name/)
    refused({ key: ['a'], value: 1, state: 'absent' }, /state: absent goes with key and items alone/)
  })

  it('changes what is asked for, and nothing else, in any JSON', async () => {
    await jsonc.load()
    const layout = fc.constantFrom(undefined, 2, 4, '\t')
    fc.assert(
      fc.property(keyed(), layout, ({ data, key, value }, indent) => {
        const set = editJson(JSON.stringify(data, null, indent), { key, value })
        assert.deepEqual(JSON.parse(set), changed(data, key, value))
        assert.equal(editJson(set, { key, value }), set)
        // What was laid out by rule still is. JavaScript puts names that are numbers first.
        const laidOut = (text: string): string =>
          /"\d+":/.test(text) ? text : JSON.stringify(JSON.parse(text), null, indent)
        assert.equal(set, laidOut(set))
        if (typeof key.at(-1) === 'number') return
        const gone = editJson(set, { key, state: 'absent' })
        assert.deepEqual(JSON.parse(gone), changed(JSON.parse(set), key, undefined))
        assert.equal(gone, laidOut(gone))
        assert.equal(editJson(gone, { key, state: 'absent' }), gone)
      }),
      { numRuns: often(300, 5000) },
    )
  })
})
