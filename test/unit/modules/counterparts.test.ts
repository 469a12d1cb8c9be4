import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { hasAnsible } from '../../support/ansible.ts'
import { COUNTERPARTS, type Counterpart } from './counterparts.ts'

const FOLDER = 'test/unit/modules'
const IN_CORE = 'ansible.builtin.'
/** What runs Ansible in a test. */
const RUNS = /\b(?:proveCases|proveBehaviours|runAnsible|askAnsible|playAnsible|openAnsible)\b/
const isRun = (test: string): boolean => RUNS.test(textOf(test).replace(/^import [\s\S]*? from .*$/gm, ''))

const textOf = (file: string): string => readFileSync(join(FOLDER, file), 'utf8')
const all = Object.entries(COUNTERPARTS)
const counterparts = all.flatMap(([name, one]): (Counterpart & { readonly name: string })[] =>
  'alone' in one ? [] : [{ name, ...one }],
)
const names = (wrong: readonly { readonly name: string }[]): readonly string[] =>
  wrong.map(({ name }) => name)

/** The modules of the index, as docs/modules.md lists them. */
function modules(): readonly string[] {
  const [, list = ''] = readFileSync('docs/modules.md', 'utf8').split('\n## run-playbook\n')
  const [own = ''] = list.split('\n## ')
  return [...own.matchAll(/^\| \[([\w.]+)\]/gm)].map(([, name = '']) => name)
}

describe('the counterpart of a module in Ansible', () => {
  it('is known for every module, or why there is none', () => {
    assert.deepEqual(
      all.map(([name]) => name).toSorted(),
      modules().toSorted(),
      'Add the module to test/unit/modules/counterparts.ts, with its table.',
    )
  })

  it('has a table of behaviours, which a test of the module runs', () => {
    const lost = counterparts.filter(({ name, table, test = table }) => {
      if (![table, test].every((file) => existsSync(join(FOLDER, file)))) return true
      const text = textOf(test)
      const isRead = table === test || text.includes(basename(table))
      return !isRead || !new RegExp(`\\b${name.replace('.', '\\.')}\\b`).test(text)
    })
    assert.deepEqual(names(lost), [])
  })

  it('is run by the test too, where ansible-core has it, or the list says why not', () => {
    const wrong = counterparts.filter(({ ansible, table, test = table, notCompared }) => {
      if (notCompared !== undefined) return !ansible.startsWith(IN_CORE)
      return ansible.startsWith(IN_CORE) && !isRun(test)
    })
    assert.deepEqual(names(wrong), [])
  })

  it('is in ansible-core where the list says so, and only there', function () {
    if (!hasAnsible()) this.skip()
    const script = 'import json, os, ansible.modules as m; print(json.dumps(os.listdir(m.__path__[0])))'
    const { stdout } = spawnSync('/usr/bin/python3', ['-c', script], { encoding: 'utf8' })
    const files: readonly string[] = JSON.parse(stdout)
    const wrong = counterparts.filter(
      ({ ansible }) => ansible.startsWith(IN_CORE) !== files.includes(`${ansible.replace(/^.*\./, '')}.py`),
    )
    assert.deepEqual(names(wrong), [])
  })

  it('is on the page for those who come from Ansible', () => {
    const [, rows = ''] = readFileSync('docs/from-ansible.md', 'utf8').split('\n## Modules\n')
    const named = new Set(
      [...rows.matchAll(/^\| (.*?) \|/gm)].flatMap(([, cell = '']) => cell.match(/\w+/g) ?? []),
    )
    const lost = counterparts.filter(({ ansible }) => !named.has(ansible.replace(/^.*\./, '')))
    assert.deepEqual(names(lost), [])
  })
})
