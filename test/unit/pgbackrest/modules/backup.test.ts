import assert from 'node:assert/strict'
import type { ShellStep } from '../../../../lib/core/module.ts'
import {
  type BackupPolicy,
  type PgbackrestState,
  pgbackrest,
} from '../../../../lib/pgbackrest/modules/index.ts'
import { planOf } from '../../modules/driver.ts'
import { VERSIONS, stateOf } from './fixtures.ts'

const HOUR = 3600
const DAY = 24 * HOUR
const scheduled = (policy: BackupPolicy) => pgbackrest.backup('it', { container: 'postgres', policy })
const weekly = scheduled({ full: '7d', diff: '1d' })
const hourly = scheduled({ full: '7d', diff: '1d', incr: '1h' })

const script = (task: typeof weekly, state: unknown): string =>
  (task.module.apply(task.args, state) as readonly ShellStep[]).map((step) => step.script).join('\n')

/** The full, the diff and the incr of the chain at other ages, in seconds. */
function aged(full: number, diff: number, incr: number): PgbackrestState {
  const state = stateOf('2.55', 'chain')
  const ages = [full, diff, incr]
  const backups = state.info.backups.map((one, i) => ({ ...one, stop: state.now - (ages[i] ?? 0) }))
  return { ...state, info: { ...state.info, backups: backups.toSorted((a, b) => a.stop - b.stop) } }
}

describe('pgbackrest.backup', () => {
  for (const version of VERSIONS) {
    it(`is taken when there is none, with ${version}`, () => {
      const { changes } = planOf(weekly, stateOf(version, 'empty'))
      assert.deepEqual(changes, [{ what: 'backup', from: 'no full backup', to: 'full' }])
      assert.match(script(weekly, stateOf(version, 'empty')), /backup "\$@"/)
    })

    it(`of another timeline is not enough, with ${version}`, () => {
      assert.deepEqual(planOf(weekly, stateOf(version, 'timeline')).changes, [])
      const promoted = stateOf(version, 'timeline', 3 * HOUR, { timeline: 3 })
      assert.deepEqual(planOf(weekly, promoted).changes, [
        { what: 'backup', from: 'incr of 3 hours ago on timeline 2', to: 'incr on timeline 3' },
      ])
      assert.match(script(weekly, promoted), /--type=incr/)
    })
  }

  it('goes by the age of the newest that is good for a type', () => {
    const cases: [PgbackrestState, string | undefined][] = [
      [aged(6 * DAY, 20 * HOUR, 30 * 60), undefined],
      [aged(7 * DAY, 20 * HOUR, 30 * 60), 'full of 7 days ago → full'],
      [aged(6 * DAY, 25 * HOUR, 30 * 60), 'diff of 25 hours ago → diff'],
      [aged(6 * DAY, 20 * HOUR, 61 * 60), 'incr of 61 minutes ago → incr'],
      [aged(10, 20 * DAY, 21 * DAY), undefined],
      [aged(-500, -400, -300), undefined],
    ]
    for (const [state, wanted] of cases) {
      const [change] = planOf(hourly, state).changes
      assert.equal(change && `${String(change.from)} → ${String(change.to)}`, wanted)
    }
    assert.equal(
      planOf(weekly, aged(6 * DAY, 20 * HOUR, 30 * 60)).because,
      'full of 6 days ago, diff of 20 hours ago, incr of 30 minutes ago',
    )
  })

  it('counts no backup with damaged pages, and says so when it was just taken', () => {
    const state = stateOf('2.55', 'full')
    const backups = state.info.backups.map((one) => ({ ...one, error: true }))
    const damaged = { ...state, info: { ...state.info, backups } }
    assert.equal(planOf(weekly, damaged).changes.length, 1)
    const before = stateOf('2.55', 'empty')
    assert.throws(() => weekly.module.verify!(weekly.args, before, damaged), { code: 'E_PGBACKREST_DAMAGED' })
  })

  it('counts only those of the cluster that the stanza is for now', () => {
    assert.equal(planOf(weekly, stateOf('2.55', 'upgraded')).changes[0]?.from, 'no full backup')
    const foreign = stateOf('2.55', 'full', 60, { systemId: '1' })
    assert.throws(() => planOf(weekly, foreign), { code: 'E_PGBACKREST_STANZA', message: /another cluster/ })
    assert.throws(() => planOf(weekly, stateOf('2.55', 'missing')), { hint: /pgbackrest\.stanza/ })
  })

  it('needs a running cluster only when a backup is due', () => {
    assert.deepEqual(planOf(weekly, stateOf('2.55', 'chain', 60, { running: false })).changes, [])
    const stopped = stateOf('2.55', 'chain', 8 * DAY, { running: false })
    assert.throws(() => planOf(weekly, stopped), {
      message: 'a full backup is due, but PostgreSQL does not answer',
    })
  })

  it('says when it will have to wait', () => {
    const { changes } = planOf(pgbackrest.backup('it', { now: 'diff' }), stateOf('2.45', 'locked'))
    assert.deepEqual(changes, [
      { what: 'backup', from: 'newest: incr of just now', to: 'diff, when the one that runs has ended' },
    ])
  })

  it('now is taken whatever there is, and is done when there is a new one', () => {
    const task = pgbackrest.backup('it', { container: 'postgres', now: 'incr' })
    const before = stateOf('2.55', 'full')
    assert.equal(planOf(task, before).changes.length, 1)
    assert.equal(task.module.verify!(task.args, before, before).length, 1)
    assert.deepEqual(task.module.verify!(task.args, before, stateOf('2.55', 'chain')), [])
  })

  it('takes either a policy or a type, and durations with a unit', () => {
    const both = { policy: { full: '7d' }, now: 'full' }
    const wrong = [
      {},
      both,
      { now: 'weekly' },
      { policy: { full: '7' } },
      { policy: { full: '0d' } },
      { now: 'full', wait: 10 },
    ]
    for (const args of wrong)
      assert.throws(() => pgbackrest.backup('it', args as never), { code: 'E_BAD_ARGUMENT' })
  })
})

describe('pgbackrest.check', () => {
  it('always runs, and counts as nothing changed', () => {
    const task = pgbackrest.check('it', { container: 'postgres', timeout: '90s' })
    assert.equal(task.options.changedWhen, false)
    assert.equal(planOf(task, stateOf('2.55', 'full')).changes.length, 1)
    const [step] = task.module.apply(task.args, stateOf('2.55', 'full')) as readonly ShellStep[]
    assert.match(step?.script ?? '', /^docker exec -u postgres postgres sh -c .*check --archive-timeout=90/s)
    assert.deepEqual(task.module.verify!(task.args, undefined, undefined), [])
  })
})
