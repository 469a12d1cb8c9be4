import assert from 'node:assert/strict'
import { lstatSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { parse, stringify } from 'yaml'
import { editYaml } from '../../../../lib/modules/files/yaml-file/edit.ts'
import { library } from '../../../../lib/modules/files/yaml-file/library.ts'
import { type DataFileArgs, yamlFile } from '../../../../lib/modules/index.ts'
import { often } from '../../../support/often.ts'
import { runLocal } from '../../../support/run-local.ts'
import { SHELLS, converge, useTemp } from '../driver.ts'
import { proveBehaviours } from './behaviours.ts'
import { assertRefused, behaviour } from './data-file.ts'
import { changed, keyed } from './data-values.ts'

// As people write it, and not as a program does.
const NETPLAN = `# of ours
network:
    version: 2   # the version


    ethernets:
        eth0:   { dhcp4: yes }
        eth1:
            addresses:
            - 10.0.0.1/24   # one
            # two
            - "10.0.0.2/24"

    renderer: 'networkd'
`
const eth1 = ['network', 'ethernets', 'eth1']

proveBehaviours({
  module: 'yaml_file',
  task: yamlFile,
  cases: {
    'leaves a value that is there': behaviour(NETPLAN, { key: ['network', 'version'], value: 2 }, NETPLAN),
    'changes a value, and no other line': behaviour(
      NETPLAN,
      { key: ['network', 'version'], value: 3 },
      NETPLAN.replace('2   #', '3 #'),
    ),
    'keeps the quotes of a text': behaviour(
      NETPLAN,
      { key: ['network', 'renderer'], value: 'NetworkManager' },
      NETPLAN.replace('networkd', 'NetworkManager'),
    ),
    'changes a value within a line': behaviour(
      NETPLAN,
      { key: ['network', 'ethernets', 'eth0', 'dhcp4'], value: false },
      NETPLAN.replace('   { dhcp4: yes', ' { dhcp4: false'),
    ),
    'adds an item, set in as the others': behaviour(
      NETPLAN,
      { key: [...eth1, 'addresses'], items: ['10.0.0.2/24', '10.0.0.3/24'] },
      NETPLAN.replace('"10.0.0.2/24"\n', '"10.0.0.2/24"\n            - 10.0.0.3/24\n'),
    ),
    'removes an item with the comment in its line': behaviour(
      NETPLAN,
      { key: [...eth1, 'addresses'], items: ['10.0.0.1/24'], state: 'absent' },
      NETPLAN.replace('            - 10.0.0.1/24   # one\n', ''),
    ),
    'sets several values, and keeps others': behaviour(
      NETPLAN,
      { values: { network: { ethernets: { eth1: { mtu: 1500 } }, wifis: {} } } },
      NETPLAN.replace('"10.0.0.2/24"\n', '"10.0.0.2/24"\n            mtu: 1500\n') + '    wifis: {}\n',
    ),
    'makes objects and lists on the way': behaviour(
      '# top\n\na: 1\n',
      { key: ['b', 'c', 0, 'd'], value: true },
      '# top\n\na: 1\nb:\n  c:\n    - d: true\n',
    ),
    'removes a name with what is below it': behaviour(
      NETPLAN,
      { key: ['network', 'ethernets'], state: 'absent' },
      NETPLAN.replace(/ {4}ethernets[^]*?\n\n/, ''),
    ),
    'quotes what older programs take for something else': behaviour(
      'a: yes\n',
      { values: { b: 'yes', c: 'on', d: '1:20', e: 'text' } },
      'a: yes\nb: "yes"\nc: "on"\nd: "1:20"\ne: text\n',
    ),
    'writes a text of several lines': behaviour(
      'a: 1\n',
      { key: ['b'], value: 'x\n  y\n' },
      'a: 1\nb: |\n  x\n    y\n',
    ),
    'keeps lists that are not set in': behaviour(
      'a:\n- 1\nb: 2\n',
      { key: ['c'], value: ['x'] },
      'a:\n- 1\nb: 2\nc:\n- x\n',
    ),
    'finds a name that is a number': behaviour('8080: x\n', { key: ['8080'], value: 'z' }, '8080: z\n'),
    'fills a name without a value': behaviour(
      'a:\nb: 2\n',
      { key: ['a', 'c'], value: 1 },
      'a:\n  c: 1\nb: 2\n',
    ),
    'replaces an alias, and not what it stands for': behaviour(
      'a: &x {b: 1}\nc: *x\n',
      { key: ['c'], value: 2 },
      'a: &x {b: 1}\nc: 2\n',
    ),
    'keeps the beginning of a document': behaviour('---\na: 1\n', { key: ['a'], value: 2 }, '---\na: 2\n'),
    'makes a file': behaviour(undefined, { key: ['a'], value: [] }, 'a: []\n'),
    'fills a file of comments': behaviour('# only\n', { values: { a: 1 } }, '# only\n\na: 1\n'),
    'removes nothing where nothing is': behaviour(NETPLAN, { key: ['a', 'b'], state: 'absent' }, NETPLAN),
    'removes nothing where no file is': behaviour(undefined, { key: ['a'], state: 'absent' }, undefined),
    'keeps the ends of lines': behaviour(
      'a:\r\n  b: 1\r\n',
      { key: ['a', 'c'], value: 2 },
      'a:\r\n  b: 1\r\n  c: 2\r\n',
    ),
  },
})

for (const [name, shell] of Object.entries(SHELLS))
  describe(`yamlFile, under ${name}`, () => {
    const temp = useTemp()
    const path = (): string => join(temp(), 'a.yaml')
    const of = (args: Partial<DataFileArgs>) => converge(yamlFile('it', { path: path(), ...args }), shell)
    const refused = (text: string, args: Partial<DataFileArgs>, message: RegExp): Promise<void> =>
      assertRefused(path(), text, () => of(args), message)

    it('has a mode and a check', async () => {
      const done = await of({ values: { a: 1 }, mode: '0600', validate: "grep -q 'a: 1' %s" })
      assert.deepEqual([done.left, done.wrong], [[], []])
      assert.equal(lstatSync(path()).mode & 0o777, 0o600)
      await assert.rejects(of({ values: { a: 2 }, validate: "grep -q 'a: 1' %s" }))
      assert.equal(readFileSync(path(), 'utf8'), 'a: 1\n')
      assert.deepEqual((await of({ values: { a: 1 } })).changes, [])
    })

    it('refuses a file that is no YAML, with its line and column, and what an alias is about', async () => {
      const args = { key: ['b'], value: 1 }
      await refused('a: [1\nb: 2\n', args, /not valid YAML, line 2, column 1: Flow sequence/)
      await refused('a: 1\n  b: 2\n', args, /not valid YAML, line 1, column 4: /)
      await refused('a: 1\nb: 1\na: 2\n', args, /not valid YAML, line 3, column 1: Map keys must be unique/)
      await refused('a: 1\n---\nb: 1\n', args, /line 2, column 1: it has more than one document/)
      await refused('['.repeat(60_000), args, /nested too deeply/)
      const text = 'a: &x\n  b: 1\nc: *x\n'
      await refused(text, { key: ['c', 'b'], value: 2 }, /what stands at "c" is an alias of &x/)
      await refused(text, { key: ['a'], value: 2 }, /what stands at "a" has the anchor &x/)
      await refused(text, { key: ['a'], state: 'absent' }, /what stands at "a" has the anchor &x/)
      await refused(text, { key: ['a', 0], value: 2 }, /what stands at "a" is an object: use a name/)
    })
  })

describe('yamlFile', () => {
  const temp = useTemp()

  it('is known in a dry run', async () => {
    const path = join(temp(), 'a.yaml')
    const tasks = () => [
      yamlFile('it', { path, values: { a: { b: 1 } } }),
      yamlFile('again', { path, key: ['a', 'b'], value: 1 }),
      yamlFile('gone', { path, key: ['a', 'b'], state: 'absent' }),
    ]
    const dry = await runLocal(tasks, { check: true })
    assert.deepEqual(dry.statuses, ['it: would-change', 'again: ok', 'gone: would-change'])
    for (const batch of [true, false]) {
      writeFileSync(path, '')
      const { statuses } = await runLocal(tasks, { batch })
      assert.deepEqual(statuses, ['it: changed', 'again: ok', 'gone: changed'])
    }
    assert.equal(readFileSync(path, 'utf8'), 'a: {}\n')
  })

  it('changes what is asked for, and nothing else, in any YAML', async () => {
    await library.load()
    const layout = fc.record({ indent: fc.constantFrom(2, 4), indentSeq: fc.boolean() })
    fc.assert(
      fc.property(keyed(), layout, ({ data, key, value }, options) => {
        const set = editYaml(stringify(data, options), { key, value })
        assert.deepEqual(parse(set), changed(data, key, value))
        assert.equal(editYaml(set, { key, value }), set)
        if (typeof key.at(-1) === 'number') return
        const gone = editYaml(set, { key, state: 'absent' })
        assert.deepEqual(parse(gone), changed(parse(set), key, undefined))
      }),
      { numRuns: often(200, 1000) },
    )
  })
})
