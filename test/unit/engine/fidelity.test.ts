import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { defineModule } from '../../../lib/core/module.ts'
import { ask, predict } from '../../../lib/core/probe.ts'
import { paths } from '../../../lib/core/resource.ts'
import { changed } from '../../../lib/core/deferred.ts'
import { file, shell } from '../../../lib/modules/index.ts'
import { stat } from '../../../lib/modules/shared/stat.ts'
import { pattern } from '../../../lib/playbook/pattern.ts'
import { type Playbook, definePlay, definePlaybook } from '../../../lib/playbook/playbook.ts'
import { runLocal, runLocally } from '../../support/run-local.ts'

describe('what a dry run calls ok', () => {
  let root: string
  const at = (name: string) => join(root, name)
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'fidelity-'))
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  it('is not what a handler may undo that perhaps runs in the play before', async () => {
    const play = (name: string, tasks: Parameters<typeof runLocal>[0]) =>
      definePlay({ name, hosts: pattern('all'), become: false, tasks })
    const book = () =>
      definePlaybook({
        description: 'test',
        plays: () => [
          play('first', () => {
            const handler = shell('handler', { script: `rm -f ${at('x')}` })
            return [
              shell('writes', { script: `chmod 0644 ${at('y')}` }, { touches: [paths.at(at('y'))] }),
              file('y', { path: at('y'), state: 'file', mode: '0600' }, { notify: handler }),
            ]
          }),
          play('second', () => [file('x', { path: at('x'), state: 'file' })]),
        ],
      }) as Playbook
    writeFileSync(at('x'), '')
    writeFileSync(at('y'), '', { mode: 0o600 })
    assert.deepEqual((await runLocally(book(), { check: true })).statuses, [
      'writes: would-change',
      'y: unknown',
      'handler: unknown',
      'x: unknown',
    ])
    const made = ['writes: changed', 'y: changed', 'handler: changed', 'x: changed']
    assert.deepEqual((await runLocally(book())).statuses, made)
  })

  it('does not rest on a change that may fail', async () => {
    const tasks = () => [
      file('may fail', { path: at('no/such'), state: 'file' }, { ignoreErrors: true }),
      file('after', { path: at('no/such'), state: 'file' }, { ignoreErrors: true }),
    ]
    const dry = await runLocal(tasks, { check: true })
    assert.equal(dry.tasks.at(-1)?.status === 'ok', false)
  })

  it('a task waits for one that was in order on a prediction only, and is right when that does not come true', async () => {
    // Promises a file and makes none.
    const liar = defineModule<{ path: string }, { path: string }, unknown>({
      name: 'liar',
      args: z.strictObject({ path: z.string() }),
      probe: ({ path }) => ask(stat, `${path}.never`),
      plan: ({ path }) => ({
        changes: [{ what: 'all' }],
        leaves: [predict(stat, path, { type: 'file', mode: '0644' } as never)],
      }),
      apply: () => [{ script: 'true' }],
      touches: ({ path }) => [paths.at(path)],
      verify: () => [],
    })
    for (const batch of [true, false]) {
      const run = await runLocal(
        () => {
          const made = file('made', { path: at('f'), state: 'file' })
          return [
            liar('liar', { path: at('f') }),
            made,
            file('next', { path: at('next'), state: 'file' }, { when: changed(made) }),
          ]
        },
        { batch },
      )
      assert.deepEqual(run.statuses, ['liar: changed', 'made: changed', 'next: changed'])
      assert.ok(existsSync(at('next')))
      rmSync(at('f'))
      rmSync(at('next'))
    }
  })
})
