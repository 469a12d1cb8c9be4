import assert from 'node:assert/strict'
import { statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import type { Status } from '../../lib/cluster/status/schema.ts'
import { type TestCluster, type TestNode, startCluster, within } from './support/cluster.ts'

/** What is asked for every half minute. */
const SLOW = 35

describe('a field of the status changes with the truth:', function () {
  this.timeout(300_000)
  let cluster: TestCluster
  let a: TestNode
  let b: TestNode

  before(async function () {
    this.timeout(600_000)
    cluster = await startCluster(2)
    ;[a, b] = cluster.nodes as [TestNode, TestNode]
  })
  after(() => cluster?.remove())

  const shows = (node: TestNode, test: (status: Status) => boolean, seconds = 5) =>
    within(seconds, () => node.status(), test)
  const standby = ({ replication }: Status) => replication.standbys.find(({ node }) => node === 'node-b')

  it('replayPaused, and lagSeconds of a standby', async () => {
    await shows(b, ({ postgres }) => postgres.replayPaused === false)
    await shows(a, ({ postgres }) => postgres.up && postgres.replayPaused === null)
    await b.postgres.sql('SELECT pg_wal_replay_pause()')
    await shows(b, ({ postgres }) => postgres.replayPaused === true)
    await a.postgres.sql('CREATE TABLE paused AS SELECT 1 AS one')
    await new Promise((wake) => setTimeout(wake, 2000))
    await b.postgres.sql('SELECT pg_wal_replay_resume()')
    // How late the last transaction was: it waited two seconds.
    const late = await shows(a, (one) => (standby(one)?.lagSeconds ?? 0) > 1)
    assert.ok((standby(late)?.lagSeconds ?? 99) < 30)
    await shows(b, ({ postgres }) => postgres.replayPaused === false)
  })

  it('syncState', async () => {
    await shows(a, (one) => standby(one)?.syncState === 'async')
    const name = b.postgres.replicationName
    await a.postgres.sql(`ALTER SYSTEM SET synchronous_standby_names = '${name}'`, 'SELECT pg_reload_conf()')
    await shows(a, (one) => standby(one)?.syncState === 'sync')
    await within(
      10,
      () => b.get('/sync'),
      ({ status }) => status === 200,
    )
    assert.equal((await b.get('/async')).status, 503)
  })

  it('commitsWait', async () => {
    const named = (name: string) =>
      a.postgres.sql(`ALTER SYSTEM SET synchronous_standby_names = '${name}'`, 'SELECT pg_reload_conf()')
    assert.equal((await a.status()).replication.commitsWait, false)
    await named('nobody')
    const { warnings } = await shows(a, ({ replication }) => replication.commitsWait === true)
    assert.ok(warnings.some(({ code }) => code === 'commits-wait'))
    await named(b.postgres.replicationName)
    await shows(a, ({ replication }) => replication.commitsWait === false)
  })

  it('overridden and pendingRestart', async () => {
    const { postgres } = await shows(
      a,
      (one) => one.postgres.overridden?.includes('synchronous_standby_names') === true,
      SLOW,
    )
    assert.deepEqual(postgres.pendingRestart, [])
    await a.postgres.sql(
      'ALTER SYSTEM RESET synchronous_standby_names',
      'ALTER SYSTEM SET max_connections = 30',
      'SELECT pg_reload_conf()',
    )
    const changed = await shows(a, (one) => one.postgres.pendingRestart?.join() === 'max_connections', SLOW)
    // What waits for a restart does not override anything yet.
    assert.deepEqual(changed.postgres.overridden, [])
    assert.ok((changed.postgres.settingsAgeSeconds ?? 99) < SLOW)
    await a.postgres.sql('ALTER SYSTEM RESET max_connections', 'SELECT pg_reload_conf()')
  })

  it('idleInTransaction', async () => {
    const { folder, port } = a.postgres
    const client = new Client({ host: join(folder, 'socket'), port, user: 'monitor', database: 'postgres' })
    await client.connect()
    await client.query('BEGIN')
    await shows(a, ({ connections }) => connections.idleInTransaction === 1)
    await client.query('COMMIT')
    await shows(a, ({ connections }) => connections.idleInTransaction === 0)
    await client.end()
  })

  it('lastAttempt', async () => {
    const file = join(a.postgres.folder, 'state/backup.json')
    writeFileSync(file, JSON.stringify({ at: 1_800_000_000, result: 'failed', seconds: 3, text: 'no space' }))
    const { backups } = await shows(a, (one) => one.backups.lastAttempt !== null)
    assert.deepEqual(backups.lastAttempt, {
      at: '2027-01-15T08:00:00.000Z',
      ok: false,
      seconds: 3,
      message: 'no space',
    })
  })

  it('databaseBytes, repositoryBytes and repositoryFreeBytes', async () => {
    await a.postgres.backUp('--type=full', '--log-level-console=off', 'backup')
    const before = (await shows(a, ({ backups }) => backups.last.full !== null)).backups
    await a.postgres.sql(
      'CREATE TABLE big AS SELECT md5(random()::text) || md5(i::text) AS t FROM generate_series(1, 200000) i',
    )
    await a.postgres.backUp('--type=full', '--log-level-console=off', 'backup')
    const { backups } = await shows(a, (one) => one.backups.last.full?.label !== before.last.full?.label)
    const grown = (of: 'databaseBytes' | 'repositoryBytes') =>
      (backups.last.full?.[of] ?? 0) - (before.last.full?.[of] ?? 0)
    assert.ok(grown('databaseBytes') > 15e6, `${grown('databaseBytes')}`)
    assert.ok(grown('repositoryBytes') > 5e6, `${grown('repositoryBytes')}`)
    const { bavail, bsize } = statfsSync(a.postgres.folder)
    assert.ok(Math.abs((backups.repositoryFreeBytes ?? 0) - bavail * bsize) < 2e9)
  })

  it('replyAgeSeconds', async () => {
    await shows(a, (one) => (standby(one)?.replyAgeSeconds ?? 99) < 15)
    // A standby that hangs stays listed, and says nothing.
    const pid = await b.postgres.sql("SELECT pid FROM pg_stat_activity WHERE backend_type = 'walreceiver'")
    process.kill(Number(pid), 'SIGSTOP')
    try {
      const silent = await shows(a, (one) => (standby(one)?.replyAgeSeconds ?? 0) > 16, 25)
      assert.ok(silent.warnings.some(({ code }) => code === 'standby-silent'))
    } finally {
      process.kill(Number(pid), 'SIGCONT')
    }
    await shows(a, (one) => (standby(one)?.replyAgeSeconds ?? 99) < 15, 15)
  })
})
