import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { shell } from '../../../lib/modules/index.ts'
import { type TestRun, runTasks } from '../../../lib/testing/index.ts'
import { archiveCheck } from '../../../roles/postgres-backup/archive-check.ts'

describe('the check of the archive after a backup', function () {
  this.timeout(30_000)
  let dir: string
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'archive-check-'))
  })
  afterEach(() => rmSync(dir, { recursive: true }))

  const mark = () => join(dir, 'checked')
  /** As the facts of a run would have it. */
  const run = (due: boolean, batch = true): Promise<TestRun> => {
    const backup = shell('backup', { script: `touch ${dir}/backup`, ...(!due && { creates: dir }) })
    const archiveChecked = existsSync(mark())
    // As the check of pgBackRest it runs whenever it is asked to.
    const check: Parameters<typeof archiveCheck>[0]['check'] = (when) =>
      shell('archive works', { script: `[ ! -e ${dir}/broken ]` }, { when })
    return runTasks([backup, archiveCheck({ backup, check, archiveChecked, mark: mark() })], { batch })
  }
  const notices = ({ events }: TestRun): string[] =>
    events.flatMap((event) => (event.type === 'notice' ? [event.text] : []))

  for (const batch of [true, false])
    it(`leaves nothing that the next run would do again${batch ? '' : ', one task at a time'}`, async () => {
      for (const due of [true, true, false]) {
        const one = await run(due, batch)
        assert.equal(one.recap.exitCode, 0, JSON.stringify(one.tasks))
        assert.deepEqual(notices(one), [])
        assert.ok(existsSync(mark()))
      }
      const { recap } = await run(false, batch)
      assert.equal(recap.hosts['host-1']?.changed, 0)
    })

  it('is owed while it fails, and not while there is no backup', async () => {
    await run(true)
    assert.deepEqual((await run(false)).statuses.slice(1), [
      'check is due: skipped',
      'archive works: skipped',
      'archive was checked: ok',
    ])
    writeFileSync(join(dir, 'broken'), '')
    assert.equal((await run(true)).statuses.at(-1), 'archive works: failed')
    assert.ok(!existsSync(mark()))
    assert.equal((await run(false)).statuses.at(-1), 'archive works: failed')
    rmSync(join(dir, 'broken'))
    assert.equal((await run(false)).statuses.at(-1), 'archive was checked: changed')
  })
})
