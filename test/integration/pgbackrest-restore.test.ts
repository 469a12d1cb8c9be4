import assert from 'node:assert/strict'
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Task } from '../../lib/core/task.ts'
import { type PgbackrestRestoreArgs, pgbackrest } from '../../lib/pgbackrest/modules/index.ts'
import { type Done, converge } from '../unit/modules/driver.ts'
import { runLocal } from '../support/run-local.ts'
import { type Cluster, makeCluster } from './pgbackrest-cluster.ts'

describe('pgBackRest, a real repository', function () {
  this.timeout(900_000)
  let cluster: Cluster
  let copy = ''
  const at = () => ({ config: cluster.config })
  const restore = (args: Partial<PgbackrestRestoreArgs> = {}) =>
    pgbackrest.restore('it', { ...at(), to: copy, archiveMode: 'off', ...args })
  const early = { target: { type: 'name', value: 'before' }, action: 'promote' } as const

  /** Applied, nothing left to do, and nothing to do the next time. */
  const reach = async (task: Task): Promise<Done> => {
    const done = await converge(task)
    assert.deepEqual(done.left, [])
    // A task that proves something does so each time.
    if (task.options.changedWhen !== false) assert.deepEqual((await converge(task)).changes, [])
    return done
  }
  const start = () =>
    cluster.sh(`pg_ctl -D ${copy} -o '-p 55433' -w -l ${cluster.folder}/log/copy.log start >/dev/null`)
  const stop = () =>
    cluster.sh(`if [ -e ${copy}/postmaster.pid ]; then pg_ctl -D ${copy} -w -m fast stop >/dev/null; fi`)
  const rows = () =>
    cluster.sh(`
      ask() { psql -XAtq -h ${cluster.folder}/socket -p 55433 -d postgres -c "$1"; }
      until [ "$(ask 'SELECT pg_is_in_recovery()')" = f ]; do sleep 0.2; done
      ask 'SELECT string_agg(i::text, chr(32) ORDER BY i) FROM t'`)

  before(async () => {
    cluster = makeCluster()
    copy = join(cluster.folder, 'copies/one')
    await reach(pgbackrest.stanza('it', at()))
    cluster.sql('CREATE TABLE t AS SELECT 1 AS i')
    await converge(pgbackrest.backup('it', { ...at(), now: 'full' }))
    for (const statement of [
      'INSERT INTO t VALUES (2)',
      "SELECT pg_create_restore_point('before')",
      'INSERT INTO t VALUES (3)',
    ])
      cluster.sql(statement)
    await reach(pgbackrest.check('it', at()))
  })
  afterEach(stop)
  after(() => cluster?.remove())

  it('restores into a folder that was not there, once', async () => {
    const { changes } = await reach(restore(early))
    assert.deepEqual(changes, [{ what: copy, from: 'empty', to: 'restored to name before' }])
    start()
    assert.equal(rows(), '1 2')
    await assert.rejects(reach(restore()), { code: 'E_PGBACKREST_IN_USE' })
    assert.equal((await reach(restore(early))).plan.because, 'restored to name before')
    stop()
  })

  it('overwrites another cluster only when told so', async () => {
    await assert.rejects(reach(restore()), { code: 'E_PGBACKREST_NOT_EMPTY', hint: /overwrite: true/ })
    await reach(restore({ overwrite: true }))
    start()
    assert.equal(rows(), '1 2 3')
    stop()
  })

  it('goes on with a restore that was cut off', async () => {
    cluster.sh(`cd ${copy}; rm -r base global run-playbook.restored; touch backup.manifest`)
    const { changes } = await reach(restore({ target: { type: 'immediate' }, action: 'promote' }))
    assert.equal(changes[0]?.from, 'an unfinished restore')
    start()
    assert.equal(rows(), '1')
    stop()
  })

  it('leaves alone what is no PostgreSQL data', async () => {
    cluster.sh(`rm -r ${copy}; mkdir ${copy}; touch ${copy}/photos`)
    await assert.rejects(reach(restore({ overwrite: true })), { message: /it contains other files/ })
    rmSync(copy, { recursive: true })
  })

  it('refuses a moment before the first backup, and restores a later one', async () => {
    const task = (value: string | Date) => restore({ target: { type: 'time', value }, action: 'promote' })
    await assert.rejects(reach(task('2020-01-01T00:00:00Z')), {
      message: /no backup from before 2020-01-01 00:00:00\+00/,
    })
    cluster.sql('INSERT INTO t VALUES (4)')
    const moment = new Date()
    await new Promise((resolve) => setTimeout(resolve, 1100))
    cluster.sql('INSERT INTO t VALUES (5)')
    await reach(pgbackrest.check('it', at()))
    await reach(task(moment))
    start()
    assert.equal(rows(), '1 2 3 4')
    stop()
  })

  it('names what would expire, and has it expire', async () => {
    for (const type of ['diff', 'full', 'full'] as const)
      await converge(pgbackrest.backup('it', { ...at(), now: type }))
    const { changes } = await reach(pgbackrest.expire('it', { ...at(), retention: { full: 2 } }))
    const said = changes.map(({ what, from, to }) => `${what} ${String(from)} ${String(to)}`)
    assert.equal(said.length, 3)
    assert.match(said[0] ?? '', /^backup \d{8}-\d{6}F expired$/)
    assert.match(said[1] ?? '', /^backup \d{8}-\d{6}F_\d{8}-\d{6}D expired$/)
    assert.match(said[2] ?? '', /^archive \d+-1 0000\w+–0000\w+ expired$/)
    assert.deepEqual((await reach(pgbackrest.expire('it', at()))).changes, [])
  })

  // pgBackRest reads the very first segment by itself, and of that one it says what is wrong but not where.
  it('names damaged files', async () => {
    await reach(pgbackrest.verify('it', at()))
    const archive = join(cluster.folder, 'repo/archive/main')
    const segment = readdirSync(archive, { recursive: true, encoding: 'utf8' })
      .toSorted()
      .findLast((name) => /0000[0-9A-F]{20}-/.test(name))
    cluster.sh(`printf XXXX | dd of=${archive}/${segment} bs=1 seek=100 conv=notrunc 2>/dev/null`)
    await assert.rejects(reach(pgbackrest.verify('it', at())), (error: Error) =>
      error.message.includes(`\ndamaged or missing in the repository: ${segment}\n`),
    )
  })

  // Last: while the segments go into another stanza, the archive of this one has a hole.
  it('is asked together with everything else, and a dry run says what a run does', async () => {
    const stanza = 'other'
    const tasks = () => [
      pgbackrest.stanza('stanza', { ...at(), stanza }),
      pgbackrest.backup('backup', { ...at(), stanza, policy: { full: '7d' } }),
      pgbackrest.expire('expire', { ...at(), retention: { full: 9 } }),
    ]
    cluster.configure(stanza)
    const dry = await runLocal(tasks, { check: true })
    assert.deepEqual(dry.statuses, ['stanza: would-change', 'backup: would-change', 'expire: ok'])
    assert.deepEqual((await runLocal(tasks)).statuses, ['stanza: changed', 'backup: changed', 'expire: ok'])
    const again = await runLocal(tasks)
    assert.deepEqual(again.statuses, ['stanza: ok', 'backup: ok', 'expire: ok'])
    const trips = ({ recap }: typeof again) => Object.values(recap.hosts).map(({ roundTrips }) => roundTrips)
    assert.deepEqual(trips(again), trips(await runLocal(() => tasks().slice(0, 1))))
    cluster.configure('main')
  })
})
