import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import type { Status } from '../../lib/cluster/status/schema.ts'
import { type TestCluster, type TestNode, startCluster, within } from './support/cluster.ts'

/** What the service promises: whatever happens shows this soon, in JSON, metrics and page alike. */
const SOON = 5

describe('the status tells the truth when it', function () {
  this.timeout(300_000)
  let cluster: TestCluster
  let a: TestNode
  let b: TestNode
  let c: TestNode

  before(async function () {
    this.timeout(600_000)
    const thresholds = { slotRetainedBytes: 8 * 2 ** 20, archiveWaiting: 1 }
    cluster = await startCluster(3, { thresholds }, [
      'max_slot_wal_keep_size = 48MB',
      'wal_retrieve_retry_interval = 500ms',
    ])
    ;[a, b, c] = cluster.nodes as [TestNode, TestNode, TestNode]
    await a.postgres.backUp('--type=full', '--log-level-console=off', 'backup')
    await a.postgres.backUp('--type=diff', '--log-level-console=off', 'backup')
  })
  after(() => cluster?.remove())

  /** The same in JSON, in the metrics and on the page. */
  async function shows(
    node: TestNode,
    test: (status: Status) => boolean,
    metric: RegExp,
    words: RegExp,
  ): Promise<Status> {
    const status = await within(SOON, () => node.status(), test)
    await within(
      SOON,
      async () => (await node.get('/metrics')).text(),
      (text) => metric.test(text),
    )
    const page = async () => (await node.get('/', { Accept: 'text/html' })).text()
    await within(SOON, page, (text) => words.test(text))
    return status
  }

  const codes = ({ warnings }: Status) => warnings.map(({ code }) => code)

  it('is well', async () => {
    const status = await shows(
      a,
      (one) => one.warnings.length === 0 && one.backups.last.diff !== null,
      /^pg_up 1$/m,
      /<h1>\d warnings?</,
    )
    assert.equal(status.postgres.role, 'primary')
    assert.equal(status.postgres.timeline, 1)
    assert.equal(
      status.postgres.systemIdentifier,
      await a.postgres.sql('SELECT system_identifier FROM pg_control_system()'),
    )
    assert.deepEqual(
      status.replication.standbys.map(({ node, state }) => [node, state]),
      [
        ['node-b', 'streaming'],
        ['node-c', 'streaming'],
      ],
    )
    assert.equal(status.backups.last.diff?.result, 'ok')
    assert.equal(status.window?.from, status.backups.last.full?.finishedAt)
    assert.deepEqual([status.window?.complete, status.window?.holes], [true, []])
    assert.equal(status.connections.allowed, 17)
    assert.equal(
      status.databases.find(({ name }) => name === 'app')?.bytes,
      Number(await a.postgres.sql("SELECT pg_database_size('app')")),
    )
  })

  it('is idle: that is no lag', async () => {
    await a.postgres.sql('CREATE TABLE seen AS SELECT 1 AS one')
    await new Promise((wake) => setTimeout(wake, 3000))
    const lag = async () => (await b.status()).replication
    await within(SOON, lag, ({ lagBytes, lagSeconds }) => lagBytes === 0 && lagSeconds === 0)
  })

  it('falls behind', async () => {
    await b.postgres.sql('SELECT pg_wal_replay_pause()')
    await a.postgres.sql("CREATE TABLE big AS SELECT repeat('x', 1000) FROM generate_series(1, 3000)")
    const behind = (one: Status) =>
      (one.replication.lagBytes ?? 0) > 3_000_000 && (one.replication.lagSeconds ?? 0) > 0
    await shows(b, behind, /^run_playbook_replication_lag_bytes [3-9]\d{6}$/m, /\d MB behind/)
    assert.equal((await b.get('/replica?lag=1MB')).status, 503)
    assert.equal((await b.get('/replica?lag=100MB')).status, 200)
    assert.equal((await b.get('/readiness')).status, 503)
    // Each of the two looks at moments of its own.
    const seen = async () => (await a.status()).replication.standbys.find(({ node }) => node === 'node-b')
    await within(SOON, seen, (standby) => (standby?.lagBytes ?? 0) > 3_000_000)
    await b.postgres.sql('SELECT pg_wal_replay_resume()')
    await shows(
      b,
      (one) => one.replication.lagBytes === 0,
      /^run_playbook_replication_lag_bytes 0$/m,
      /No lag/,
    )
  })

  it('can not archive', async () => {
    await a.postgres.sql("ALTER SYSTEM SET archive_command = 'false'", 'SELECT pg_reload_conf()')
    await a.postgres.sql('CREATE TABLE x1 (i int)', 'SELECT pg_switch_wal()')
    const failing = (one: Status) => one.archiver.failing === true && (one.archiver.waiting ?? 0) > 0
    const metric = /^run_playbook_archiver_failing 1$/m
    const status = await shows(a, failing, metric, /Archiving the WAL segment 0000/)
    assert.ok((status.archiver.failed ?? 0) > 0)
    assert.ok(codes(status).includes('archive-failing'))
    await a.postgres.sql('ALTER SYSTEM RESET archive_command', 'SELECT pg_reload_conf()')
    await shows(
      a,
      (one) => one.archiver.failing === false && one.archiver.waiting === 0,
      /^run_playbook_archiver_failing 0$/m,
      /Archived/,
    )
  })

  it('has no connection left', async () => {
    const clients = Array.from(
      { length: 16 },
      () =>
        new Client({
          host: join(a.postgres.folder, 'socket'),
          port: a.postgres.port,
          user: 'monitor',
          database: 'postgres',
        }),
    )
    for (const client of clients) await client.connect()
    const status = await shows(
      a,
      (one) => one.connections.used === 17,
      /^run_playbook_connections_used 17$/m,
      /All 17 connections are in use/,
    )
    assert.ok(codes(status).includes('connections-full'))
    for (const client of clients) await client.end()
    await within(
      SOON,
      () => a.status(),
      (one) => one.connections.used === 1,
    )
  })

  it('loses a backup', async () => {
    const { backups } = await a.status()
    const label = backups.last.diff?.label ?? ''
    rmSync(join(a.postgres.folder, 'repository/backup/main', label), { recursive: true })
    const missing = (one: Status) => one.backups.last.diff?.result === 'missing'
    await shows(
      a,
      missing,
      /^run_playbook_backup_last_ok\{type="diff"\} 0$/m,
      new RegExp(`The files of backup ${label} are missing in the repository`),
    )
    await a.postgres.backUp('--type=full', '--log-level-console=off', 'backup')
    await a.postgres.backUp(`--set=${backups.last.full?.label}`, 'expire')
    await shows(a, (one) => one.backups.list.length === 1, /^run_playbook_backups 1$/m, /full, \d/)
  })

  it('practised a restore, and hears of the repository', async () => {
    const at = Math.floor(Date.now() / 1000)
    const leave = (name: string, value: object) =>
      writeFileSync(join(a.postgres.folder, 'state', name), JSON.stringify(value))
    leave('drill.json', {
      at,
      result: 'failed',
      seconds: 12,
      backup: 'x',
      text: 'the heartbeat <row> is missing',
    })
    leave('repository.json', {
      at,
      problems: [{ code: 'read-only', severity: 'critical', text: 'The repository is read-only' }],
      next: { at: at + 60, type: 'diff' },
    })
    await shows(
      a,
      (one) => one.drill?.ok === false,
      /^run_playbook_drill_ok 0$/m,
      /the heartbeat &lt;row&gt; is missing/,
    )
    await shows(
      a,
      (one) => codes(one).includes('repository-problem'),
      /^run_playbook_repository_problems 1$/m,
      /The repository is read-only/,
    )
  })

  it('loses a replica, and its slot falls behind until it is lost', async () => {
    await c.stopService()
    await c.postgres.stop('immediate')
    const gone = (one: Status) =>
      codes(one).includes('standby-missing') && codes(one).includes('node-unreachable')
    await shows(a, gone, /^run_playbook_peer_up\{node="node-c"\} 0$/m, /<h1>node-c is down/)
    const write = () =>
      a.postgres.sql(
        "INSERT INTO big SELECT repeat('y', 1000) FROM generate_series(1, 15000)",
        'SELECT pg_switch_wal()',
        'CHECKPOINT',
      )
    const slot = (one: Status) =>
      one.replication.slots.find(({ name }) => name === c.postgres.replicationName)
    await write()
    const behind = await shows(
      a,
      (one) => (slot(one)?.retainedBytes ?? 0) > 8 * 2 ** 20,
      /slot_wal_lsn_diff|pg_replication_slots_pg_wal_lsn_diff\{[^}]*\} \d{8}/,
      /Slot node_\S+ retains \d+ MB/,
    )
    assert.ok(slot(behind)?.safeBytes)
    // PostgreSQL gives a slot up at a checkpoint, which one depends on how it counts its segments.
    const state = () => a.postgres.sql('SELECT wal_status FROM pg_replication_slots WHERE NOT active')
    for (let i = 0; i < 20 && (await state()) !== 'lost'; i++) await write()
    const lost = await shows(
      a,
      (one) => slot(one)?.walStatus === 'lost',
      /wal_status="lost"\} 1/,
      /is lost: the WAL that its replica needs is gone/,
    )
    assert.equal(slot(lost)?.retainedBytes, null)
  })

  it('loses PostgreSQL, on the primary', async () => {
    await a.postgres.stop()
    const status = await shows(a, (one) => !one.postgres.up, /^pg_up 0$/m, /PostgreSQL is not running/)
    assert.deepEqual(
      [status.postgres.old, status.postgres.role, status.postgres.timeline],
      [true, 'primary', 1],
    )
    assert.equal(status.replication.lagBytes, null)
    assert.ok(status.backups.last.full, 'pgBackRest needs no PostgreSQL')
    for (const path of ['/health', '/primary', '/ready', '/read-only'])
      assert.equal((await a.get(path)).status, 503, path)
    assert.equal((await a.get('/liveness')).status, 200)
    assert.doesNotMatch(await (await a.get('/metrics')).text(), /^pg_replication_lag_seconds/m)
  })

  it('does not know the lag of a replica without a primary', async () => {
    const status = await shows(
      b,
      (one) => one.replication.lagBytes === null,
      /^run_playbook_receiver_streaming 0$/m,
      /Lag unknown/,
    )
    assert.equal(status.replication.lagSeconds, null)
    assert.doesNotMatch(await (await b.get('/metrics')).text(), /^pg_replication_lag_seconds/m)
    await within(
      SOON,
      () => b.status(),
      (one) => codes(one).includes('no-primary'),
    )
    assert.equal((await b.get('/replica')).status, 200, 'as Patroni has it: it runs')
    assert.equal((await b.get('/replica?lag=10MB')).status, 200, 'it has what the primary was known to have')
    assert.equal((await b.get('/async')).status, 200)
  })

  it('is promoted', async () => {
    await b.postgres.sql('SELECT pg_promote()')
    const status = await shows(
      b,
      (one) => one.postgres.role === 'primary',
      /^pg_replication_is_replica 0$/m,
      /Accepts writes/,
    )
    assert.equal(status.postgres.timeline, 2)
    await within(
      SOON,
      () => b.get('/primary'),
      ({ status }) => status === 200,
    )
  })

  it('comes back as a second primary: both say so, and the one of the past gives way', async () => {
    await a.postgres.start()
    await shows(
      a,
      (one) => codes(one).includes('two-primaries'),
      /^run_playbook_warning\{code="two-primaries"\} 1$/m,
      /node-a and node-b both accept writes/,
    )
    await within(
      SOON,
      () => a.get('/primary'),
      ({ status }) => status === 503,
    )
    assert.equal((await b.get('/primary')).status, 200)
  })
})
