import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { closeSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import type { Status } from '../../lib/cluster/status/schema.ts'
import { slowness } from '../support/slowness.ts'
import { postgresPrograms } from '../unit/postgres/support/install.ts'
import { type TestCluster, type TestNode, startCluster, within } from './support/cluster.ts'

describe('what nobody can know is unknown, when', function () {
  let cluster: TestCluster
  let a: TestNode
  let b: TestNode

  before(async function () {
    this.timeout(600_000)
    cluster = await startCluster(2)
    ;[a, b] = cluster.nodes as [TestNode, TestNode]
  })
  after(() => cluster?.remove())

  const metrics = async (node: TestNode) => (await node.get('/metrics')).text()
  const page = async (node: TestNode) => (await node.get('/', { Accept: 'text/html' })).text()
  const codes = ({ warnings }: Status) => warnings.map(({ code }) => code)

  it('a fresh copy replayed no transaction yet', async () => {
    await b.postgres.sql('SELECT pg_wal_replay_pause()')
    await a.postgres.sql('CREATE TABLE first AS SELECT 1 AS one')
    const { replication } = await within(
      5,
      () => b.status(),
      (one) => (one.replication.lagBytes ?? 0) > 0,
    )
    assert.equal(replication.lagSeconds, null)
    assert.doesNotMatch(await metrics(b), /^pg_replication_lag_seconds/m)
    await b.postgres.sql('SELECT pg_wal_replay_resume()')
    await within(
      5,
      () => b.status(),
      (one) => one.replication.lagSeconds === 0,
    )
  })

  it('somebody only copies WAL: that is no standby', async () => {
    const source = ['-h', a.postgres.address, '-p', String(a.postgres.port), '-U', 'postgres']
    const folder = join(cluster.root, 'wal')
    execFileSync('mkdir', [folder])
    const copying = spawn(`${postgresPrograms()}/pg_receivewal`, ['-D', folder, ...source], {
      stdio: 'ignore',
    })
    try {
      await within(
        5,
        () =>
          a.postgres.sql("SELECT count(*) FROM pg_stat_replication WHERE application_name = 'pg_receivewal'"),
        (count) => count === '1',
      )
      await new Promise((wake) => setTimeout(wake, 1000))
      const { replication } = await a.status()
      assert.deepEqual(
        replication.standbys.map(({ node }) => node),
        ['node-b'],
      )
      assert.match(await page(a), /1 of 1 replicas stream/)
    } finally {
      copying.kill()
    }
  })

  it('the server is too busy to be asked: it is up all the same, and is no lagging replica', async () => {
    const login = {
      host: join(a.postgres.folder, 'socket'),
      port: a.postgres.port,
      user: 'monitor',
      database: 'postgres',
    }
    assert.equal((await a.get('/primary')).status, 200)
    const clients = Array.from({ length: 16 }, () => new Client(login))
    for (const client of clients) {
      client.on('error', () => undefined)
      await client.connect()
    }
    // The status loses its own connection, again until somebody else is quicker to take the slot.
    const takeSlot = async (): Promise<Client> => {
      const client = new Client(login)
      client.on('error', () => undefined)
      await a.postgres.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'postgres-status'",
      )
      return client.connect().then(() => client, takeSlot)
    }
    const last = await takeSlot()
    const full = await within(
      5,
      () => a.status(),
      (one) => codes(one).includes('postgres-busy'),
    )
    assert.deepEqual([full.postgres.up, full.postgres.role, full.connections.used], [true, 'primary', 17])
    assert.ok(codes(full).includes('connections-full'))
    assert.ok(!codes(full).includes('standby-missing'))
    for (const path of ['/primary', '/health']) assert.equal((await a.get(path)).status, 200, path)
    const text = await metrics(a)
    assert.match(text, /^pg_up 1$/m)
    assert.match(text, /^run_playbook_connections_used 17$/m)
    assert.match(text, /^run_playbook_connections_allowed 17$/m)
    assert.match(await page(a), /no free connection/)
    for (const client of [last, ...clients]) await client.end()
    await within(
      5,
      () => a.status(),
      (one) => !one.postgres.old && one.connections.used === 1,
    )
  })

  it('the repository hangs: the answer comes, and says that it is old', async () => {
    await a.postgres.backUp('--type=full', '--log-level-console=off', 'backup')
    await within(
      5,
      () => a.status(),
      ({ backups }) => backups.whole === 1,
    )
    a.backups.stop()
    const file = join(a.postgres.folder, 'state/contents.json')
    renameSync(file, `${file}.kept`)
    execFileSync('mkfifo', ['-m', '644', file])
    const started = performance.now()
    const hanging = await within(
      5,
      () => a.status(),
      ({ backups }) => backups.old,
    )
    assert.ok(performance.now() - started < 4000 * slowness())
    assert.equal(hanging.backups.whole, 1, 'what was known stays')
    assert.match(hanging.backups.reason ?? '', /no answer within 1 s/)
    assert.match(await metrics(a), /^run_playbook_repository_readable 0$/m)
    closeSync(openSync(file, 'w'))
    rmSync(file)
  })

  it('the repository was never read: that is not "no backup"', async () => {
    await a.stopService()
    await a.startService()
    // The connection that fetch kept is gone with the service.
    await a.get('/liveness').catch(() => undefined)
    const status = await within(
      5,
      () => a.status(),
      ({ backups }) => backups.old,
    )
    assert.equal(status.backups.whole, null)
    assert.ok(!codes(status).includes('backup-none'))
    const text = await metrics(a)
    assert.doesNotMatch(text, /^run_playbook_backups /m)
    assert.match(text, /^run_playbook_repository_readable 0$/m)
    assert.match(await page(a), /Newest backup<\/dt>\s*<dd class="critical">\s*unknown/)
  })

  it('a state file makes no sense', async () => {
    writeFileSync(join(a.postgres.folder, 'state/repository.json'), '{"at":')
    const status = await within(
      5,
      () => a.status(),
      (one) => codes(one).includes('state-unreadable'),
    )
    assert.deepEqual(status.unreadable, ['repository.json'])
    assert.match(await page(a), /repository.json cannot be parsed/)
  })

  it('only a status service is gone: its node is not called down', async () => {
    await b.stopService()
    const verdict = await within(
      5,
      () => page(a),
      (text) => text.includes('<h1>node-b does'),
    )
    assert.match(verdict, /<h1>node-b does not answer/)
  })
})
