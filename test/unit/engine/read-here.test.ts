import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { from } from '../../../lib/core/deferred.ts'
import type { TaskList } from '../../../lib/core/task.ts'
import { copyTree, debug, file, shell } from '../../../lib/modules/index.ts'
import { runLocal } from '../../support/run-local.ts'

/** What copyTree asks a host depends on the files of this machine, which are read first. */
describe('what a task reads on this machine before it asks', () => {
  let root: string
  const at = (name: string) => join(root, name)
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'read-here-'))
    mkdirSync(at('src'))
    writeFileSync(at('src/a'), 'one\n')
  })
  afterEach(() => rmSync(root, { recursive: true }))

  const tree = (name = 'tree') => copyTree(name, { src: at('src'), dest: at('out') })
  const word = (script = 'echo out') => shell('word', { script, changes: false })
  const isCopied = () => existsSync(at('out/a')) && readFileSync(at('out/a'), 'utf8') === 'one\n'

  const TASKS: Readonly<Record<string, () => TaskList>> = {
    'is read for arguments as they are written': () => [tree()],
    'is read for arguments that are made from a result': () => {
      const said = word()
      return [
        said,
        copyTree(
          'tree',
          from(said, ({ stdout }) => ({ src: at('src'), dest: at(stdout.trim()) })),
        ),
      ]
    },
    'is read for arguments that are made from the result of a change': () => {
      const said = shell('word', { script: 'echo out' })
      return [
        said,
        copyTree(
          'tree',
          from(said, ({ stdout }) => ({ src: at('src'), dest: at(stdout.trim()) })),
        ),
      ]
    },
    'is read for tasks that are made from a result': () => {
      const said = word()
      return [said, from(said, () => [tree()])]
    },
    'is read for a handler': () => [file('f', { path: at('f'), state: 'directory' }, { notify: tree() })],
    'is read for a task that is tried again': () => [
      copyTree('tree', { src: at('src'), dest: at('out') }, { retry: { times: 2 } }),
    ],
    'is read for a task on another host': () => [
      copyTree('tree', { src: at('src'), dest: at('out') }, { delegateTo: 'host-1' }),
    ],
    'is read for a task behind another change': () => [
      debug('d', { value: 1 }),
      file('f', { path: at('f'), state: 'directory' }),
      shell('s', { script: 'true' }),
      tree(),
    ],
  }
  for (const [name, tasks] of Object.entries(TASKS))
    for (const batch of [true, false])
      it(`${name}${batch ? '' : ', one task at a time'}`, async () => {
        const first = await runLocal(tasks, { batch })
        assert.equal(first.recap.exitCode, 0, JSON.stringify(first.tasks, null, 1))
        assert.ok(isCopied(), JSON.stringify(first.tasks, null, 1))
      })
})
