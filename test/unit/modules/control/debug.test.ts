import assert from 'node:assert/strict'
import { from } from '../../../../lib/core/deferred.ts'
import { Secret } from '../../../../lib/core/secret.ts'
import type { TaskList } from '../../../../lib/core/task.ts'
import { type DebugArgs, command, debug } from '../../../../lib/modules/index.ts'
import { noColour } from '../../../../lib/reporters/palette.ts'
import { isWorthALine, taskLines } from '../../../../lib/reporters/task-text.ts'
import { runLocal } from '../../../support/run-local.ts'

/** The lines that a run without options prints. */
async function printed(tasks: () => TaskList, check = false): Promise<string> {
  const run = await runLocal(tasks, { check })
  assert.equal(run.recap.exitCode, 0)
  const detail = { palette: noColour, check: false, verbosity: 0, diff: false, width: 200 }
  return run.tasks
    .filter((event) => isWorthALine(event, 0))
    .flatMap((event) => taskLines(event, detail))
    .join('\n')
}

describe('debug', () => {
  const cases: readonly (readonly [DebugArgs, string])[] = [
    [{ message: 'a text' }, 'a text'],
    [{ value: 'a text' }, 'a text'],
    [{ value: { a: [1, 'x'], b: new Map([['k', null]]) } }, "{ a: [ 1, 'x' ], b: Map(1) { 'k' => null } }"],
    [{ value: undefined }, 'undefined'],
    [{ value: { token: new Secret('token', 'correct horse') } }, '{ token: «secret token» }'],
  ]
  for (const [args, said] of cases)
    it(`shows ${said}, in a dry run too`, async () => {
      for (const check of [false, true])
        assert.equal(await printed(() => [debug('it', args)], check), `ok       it (debug)  ${said}`)
    })

  it('masks a secret that is in a text', async () => {
    const secret = new Secret('password', 'battery staple')
    const text = await printed(() => [debug('it', { message: `${secret} is battery staple` })])
    assert.match(text, /«secret password» is /)
    assert.doesNotMatch(text, /staple/)
  })

  it('shows what a task found', async () => {
    const found = command('found', { argv: ['echo', 'x'], changes: false })
    const text = await printed(() => [
      found,
      debug(
        'it',
        from(found, ({ stdout }) => ({ message: `it is ${stdout.trim()}` })),
      ),
    ])
    assert.equal(text, 'ok       it (debug)  it is x')
  })

  it('is unknown in a dry run where the task is not run', async () => {
    const later = command('later', { argv: ['echo', 'x'] })
    const tasks = () => [
      later,
      debug(
        'it',
        from(later, ({ stdout }) => ({ message: stdout })),
      ),
    ]
    assert.deepEqual((await runLocal(tasks, { check: true })).statuses, [
      'later: would-change',
      'it: unknown',
    ])
  })

  it('can be shown with -v only', async () => {
    assert.equal(await printed(() => [debug('it', { message: 'x' }, { show: false })]), '')
  })

  it('names the line of the playbook', async () => {
    const [event] = (await runLocal(() => [debug('it', { message: 'x' })])).tasks
    assert.match(event?.at ?? '', /^test\/unit\/modules\/control\/debug\.test\.ts:\d+$/)
    assert.throws(() => debug('it', { message: '' }), { code: 'E_BAD_ARGUMENT', at: /debug\.test\.ts:\d+$/ })
  })

  it('takes one of both', () => {
    assert.throws(() => debug('it', {}), { code: 'E_BAD_ARGUMENT' })
    assert.throws(() => debug('it', { message: 'x', value: 1 }), { code: 'E_BAD_ARGUMENT' })
  })
})
