import assert from 'node:assert/strict'
import { changed, from } from '../../../../lib/core/deferred.ts'
import { group } from '../../../../lib/core/group.ts'
import { type AssertArgs, assert as assertTask, command, fail, shell } from '../../../../lib/modules/index.ts'
import { runLocal } from '../../../support/run-local.ts'

describe('assert', () => {
  const outcome = async (args: AssertArgs, check = false) => {
    const { tasks, recap } = await runLocal(() => [assertTask('it', args)], { check })
    const [{ status, because, error } = assert.fail()] = tasks
    return {
      status,
      said: error?.message ?? because,
      code: error?.code,
      hint: error?.hint,
      exit: recap.exitCode,
    }
  }

  for (const check of [false, true])
    it(`fails unless all is true, ${check ? 'in a dry run' : 'in a run'}`, async () => {
      const failed = { status: 'failed', code: 'E_ASSERT', hint: undefined, exit: 2 }
      const ok = { status: 'ok', code: undefined, hint: undefined, exit: 0 }
      const cases: [AssertArgs, object][] = [
        [{ that: true }, { ...ok, said: 'all conditions are true' }],
        [
          { that: [], successMessage: 'fine' },
          { ...ok, said: 'fine' },
        ],
        [{ that: false }, { ...failed, said: 'not true: the condition' }],
        [{ that: [true, false, false] }, { ...failed, said: 'not true: condition 2, condition 3' }],
        [{ that: { disk: false, memory: true } }, { ...failed, said: 'not true: disk' }],
        [
          { that: false, message: 'no', hint: 'do' },
          { ...failed, said: 'no', hint: 'do' },
        ],
      ]
      for (const [args, expected] of cases) assert.deepEqual(await outcome(args, check), expected)
    })

  it('sees what earlier tasks found, and keeps later ones from running', async () => {
    const found = command('found', { argv: ['echo', '3'], changes: false })
    const enough = (least: number) => from(found, ({ stdout }) => ({ that: Number(stdout) >= least }))
    const run = await runLocal(() => [
      found,
      assertTask('three', enough(3)),
      assertTask('four', enough(4)),
      shell('later', { script: 'false' }),
    ])
    assert.deepEqual(run.statuses, ['found: ok', 'three: ok', 'four: failed'])
  })

  it('is unknown in a dry run where what it is made from is', async () => {
    const made = shell('made', { script: 'echo 1' })
    const run = await runLocal(
      () => [
        made,
        assertTask(
          'it',
          from(made, ({ stdout }) => ({ that: stdout.trim() === '1' })),
        ),
      ],
      { check: true },
    )
    assert.deepEqual(run.statuses, ['made: would-change', 'it: unknown'])
    assert.equal(run.recap.exitCode, 0)
  })
})

describe('fail', () => {
  it('fails with its message, unless its condition is not met', async () => {
    const looked = command('looked', { argv: ['true'], changes: false })
    const run = await runLocal(() => [
      looked,
      fail('never', { message: 'no' }, { when: changed(looked) }),
      fail('always', { message: 'not here', hint: 'go' }),
    ])
    assert.deepEqual(run.statuses, ['looked: ok', 'never: skipped', 'always: failed'])
    const error = run.tasks[2]?.error
    assert.deepEqual([error?.code, error?.message, error?.hint], ['E_FAIL', 'not here', 'go'])
  })

  it('can be ignored, and rescued', async () => {
    const run = await runLocal(() => [
      fail('ignored', { message: 'no' }, { ignoreErrors: true }),
      group({}, [fail('rescued', { message: 'no' })], {
        rescue: [command('mended', { argv: ['true'], changes: false })],
      }),
    ])
    assert.deepEqual(run.statuses, ['ignored: failed', 'rescued: failed', 'mended: ok'])
    assert.equal(run.recap.exitCode, 0)
  })
})
