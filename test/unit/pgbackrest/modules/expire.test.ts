import assert from 'node:assert/strict'
import type { ShellStep } from '../../../../lib/core/module.ts'
import { type Retention, pgbackrest } from '../../../../lib/pgbackrest/modules/index.ts'
import { expiry, parseExpiry } from '../../../../lib/pgbackrest/modules/expire/reader.ts'
import { planOf } from '../../modules/driver.ts'
import { VERSIONS, recorded } from './fixtures.ts'

const task = pgbackrest.expire('it', { container: 'postgres', retention: { full: 2, diff: 3, archive: 1 } })
const script = (one: typeof task): string =>
  (one.module.apply(one.args, undefined) as readonly ShellStep[]).map((step) => step.script).join('\n')

describe('pgbackrest.expire', () => {
  for (const version of VERSIONS) {
    it(`names what would go, with ${version}`, () => {
      const { changes } = planOf(task, parseExpiry(recorded(version, 'expire-dry.txt')))
      assert.deepEqual(
        changes.map(({ what, from }) =>
          `${what} ${String(from)}`.replace(/(F|_)\d{8}-\d{6}|\d{8}-\d{6}/g, '…'),
        ),
        [
          'backup …F',
          'backup …F…D',
          'backup …F…I',
          `archive ${version === '2.45' ? 15 : 17}-1 000000010000000000000002–000000010000000000000039`,
        ],
      )
    })
  }

  it('has nothing to do when nothing would go', () => {
    assert.deepEqual(planOf(task, parseExpiry('P00   INFO: [DRY-RUN] expire command end\n')).changes, [])
  })

  it('never calls it ok while nobody can say', () => {
    const locked = { locked: true, backups: [], archives: [] }
    assert.equal(planOf(task, locked).changes[0]?.from, 'unknown while one is taken')
  })

  it('asks for and does the same retention', () => {
    const [question] = task.module.probe(task.args).questions
    const asked = expiry.ask([question?.key ?? ''])
    const wanted =
      '--repo1-retention-full-type=count --repo1-retention-full=2 --repo1-retention-diff=3 --repo1-retention-archive=1 --repo1-retention-archive-type=full'
    assert.ok(asked.includes(`expire --dry-run ${wanted}`))
    assert.ok(script(task).includes(`expire ${wanted}`))
    const days = pgbackrest.expire('it', { retention: { full: '30d' }, repo: 2 })
    assert.ok(script(days).includes('--repo=2 --repo2-retention-full-type=time --repo2-retention-full=30'))
  })

  it('refuses a retention of nothing', () => {
    for (const retention of [{ full: 0 }, { full: '30' }, { full: '0d' }, { full: '1.5d' }, { diff: 3 }])
      assert.throws(() => pgbackrest.expire('it', { retention: retention as Retention }), {
        code: 'E_BAD_ARGUMENT',
      })
  })
})
