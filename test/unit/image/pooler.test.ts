import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from 'pg'
import { shownCertificate } from '../../../docker/status/facts/certificate.ts'
import { Secret } from '../../../lib/core/secret.ts'
import { makeAuthority, makeLeaf, parseBundle } from '../../../lib/secrets/certificate.ts'
import { poolerVars } from '../../../lib/cluster/vars/pooler.ts'
import { poolerLookup } from '../../../roles/postgres-pooler/lookup.ts'
import { install } from '../../support/install.ts'
import { type PoolerRole, TestPooler } from '../../support/pooler.ts'
import { freePort, within } from '../../status/support/cluster.ts'
import { type Postgres, createPostgres, removePostgres } from '../../status/support/postgres.ts'

const PASSWORD = 'pa"ss\\wo:rd'
const NAMES = ['app', 'My-app_2.0', '7']

describe('PgBouncer in its container', function () {
  this.timeout(300_000)
  let root: string
  let servers: Postgres[]
  let pooler: TestPooler
  let vars: PoolerRole
  const authority = parseBundle(makeAuthority('authority', new Date()))
  assert.ok(authority)
  const net = 20 + Math.floor(Math.random() * 200)
  const addresses = [`127.${net}.0.11`, `127.${net}.0.12`] as const
  const bundle = (commonName = 'node') =>
    makeLeaf(authority, { commonName, addresses: [...addresses] }, new Date())
  const app = { user: 'app', password: 'app' }
  const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`
  const master = (): Postgres => servers[0] as Postgres
  const lookup = (database: string) => {
    const on = { host: addresses[0], database, password: new Secret('p', 'x') }
    const task = poolerLookup('lookup', { on, state: 'present' })
    const [step] = task.module.apply(task.args, null as never)
    return (step as unknown as { text: string }).text
  }

  before(async () => {
    install('/usr/sbin/pgbouncer', 'pgbouncer')
    install('/usr/bin/jq', 'jq')
    root = mkdtempSync(join(tmpdir(), 'rp-pooler-'))
    chmodSync(root, 0o755)
    const port = await freePort()
    writeFileSync(join(root, 'server.pem'), bundle())
    execFileSync('chown', ['-R', 'postgres:', root])
    chmodSync(join(root, 'server.pem'), 0o400)
    const settings = [
      'ssl = on',
      `ssl_cert_file = '${root}/server.pem'`,
      `ssl_key_file = '${root}/server.pem'`,
    ]
    const primary = await createPostgres({ root, name: 'node-a', address: addresses[0], port, settings })
    await primary.sql(
      "CREATE ROLE pooler LOGIN PASSWORD '" + PASSWORD.replaceAll("'", "''") + "'",
      "CREATE ROLE app LOGIN PASSWORD 'app'",
      "CREATE ROLE boss LOGIN SUPERUSER PASSWORD 'boss'",
      "CREATE ROLE replicator LOGIN REPLICATION PASSWORD 'replicator'",
      "CREATE ROLE rewinder LOGIN PASSWORD 'rewinder'",
      "CREATE ROLE certified LOGIN PASSWORD 'certified'",
      "CREATE ROLE far LOGIN PASSWORD 'far'",
      "CREATE ROLE late LOGIN PASSWORD 'late' VALID UNTIL '2020-01-01'",
      "CREATE ROLE idle NOLOGIN PASSWORD 'idle'",
      "ALTER ROLE postgres PASSWORD 'postgres'",
      'CREATE DATABASE other OWNER app',
      ...NAMES.filter((name) => name !== 'app').map((name) => `CREATE DATABASE ${quoted(name)} OWNER app`),
    )
    for (const name of NAMES)
      await primary.sql(
        `\\c ${quoted(name)}`,
        lookup(name),
        'CREATE TABLE rows (id int)',
        'ALTER TABLE rows OWNER TO app',
      )
    const hba = `local all all trust
host all postgres 127.0.0.0/8 trust
host replication all 127.0.0.0/8 trust
hostssl all all 127.0.0.0/8 scram-sha-256
`
    writeFileSync(join(root, 'node-a/data/pg_hba.conf'), hba)
    await primary.sql('SELECT pg_reload_conf()')
    const standby = await createPostgres(
      { root, name: 'node-b', address: addresses[1], port, settings },
      primary,
    )
    servers = [primary, standby]
    vars = {
      pooler: {
        ...poolerVars
          .required({ defaultPoolSize: true })
          .parse({ defaultPoolSize: 5, listenPort: await freePort(), queryWaitTimeout: 60 }),
        password: new Secret('pooler', PASSWORD),
      },
      databases: NAMES,
      address: addresses[0],
      port,
      nodes: addresses.map((address, i) => ({ name: `node-${i}`, address })),
      network: '127.0.0.0/8',
      clientTls: 'allow',
      clientAccess: [
        { user: 'certified', method: 'cert' },
        { user: 'far', address: '10.0.0.0/8' },
        { user: 'far', address: 'all', method: 'reject' },
      ],
      server: new Secret('server', bundle()),
      authority: authority.certificate.toString(),
    } as PoolerRole
    pooler = new TestPooler(join(root, 'pooler'), vars)
    pooler.start()
    await within(
      20,
      () =>
        pooler.run('healthy').then(
          () => true,
          () => pooler.said,
        ),
      (answer) => answer === true,
    )
  })
  after(async () => {
    await pooler?.stop()
    await removePostgres(servers ?? [], root)
  })

  const one = async (client: Client, sql: string): Promise<unknown> =>
    Object.values((await client.query<Record<string, unknown>>(sql)).rows[0] ?? {})[0]
  const refused = async (words: RegExp, config: Parameters<TestPooler['connect']>[0]) =>
    assert.rejects(
      async () => {
        const client = await pooler.connect(config)
        try {
          await client.query('SELECT 1')
        } finally {
          await client.end()
        }
      },
      (error: Error) =>
        words.test(error.message) || assert.fail(`${error.message} ${JSON.stringify(config)}`),
    )

  it('lets in whom PostgreSQL lets in, to every database of the inventory, and shows the certificate of the node', async () => {
    for (const database of NAMES) {
      const client = await pooler.connect({ ...app, database, ssl: { ca: authority.certificate.toString() } })
      assert.equal(await one(client, 'SELECT current_user'), 'app')
      assert.equal(await one(client, 'SELECT current_database()'), database)
      assert.equal(await one(client, 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()'), true)
      await client.end()
    }
    const plain = await pooler.connect(app)
    assert.equal(await one(plain, 'SELECT current_user'), 'app')
    await plain.end()
  })

  it('lets in nobody else', async () => {
    await refused(/authentication failed/, { user: 'app', password: 'wrong' })
    await refused(/authentication failed|no such user/, { user: 'nobody', password: 'nobody' })
    for (const user of ['boss', 'late', 'idle'])
      await refused(/authentication failed|no such user/, { user, password: user })
    for (const user of ['postgres', 'replicator', 'rewinder', 'certified', 'far'])
      await refused(/rejected|authentication failed|no such user/, { user, password: user })
    await refused(/rejected|authentication failed|no such user/, { user: 'pooler', password: PASSWORD })
    await refused(/no such database|rejected|authentication failed|no authentication method/, {
      ...app,
      database: 'other',
    })
    await refused(/no such database|rejected|authentication failed|no authentication method/, {
      ...app,
      database: 'postgres',
    })
    for (const user of ['app', 'pgbouncer', 'postgres'])
      await refused(/rejected|authentication failed|not allowed|no authentication method/, {
        user,
        password: user,
        database: 'pgbouncer',
      })
  })

  it('does not tell others what it is told of passwords', async () => {
    const client = await pooler.connect(app)
    await assert.rejects(client.query("SELECT * FROM run_playbook_pooler.lookup('app')"), /permission denied/)
    await client.end()
  })

  it('takes a new password at once, and no longer the one before', async () => {
    const client = await pooler.connect(app)
    await master().sql("ALTER ROLE app PASSWORD 'new'")
    await refused(/authentication failed/, app)
    const next = await pooler.connect({ user: 'app', password: 'new' })
    assert.equal(await one(next, 'SELECT 1'), 1)
    assert.equal(await one(client, 'SELECT 2'), 2)
    for (const each of [client, next]) await each.end()
    await master().sql("ALTER ROLE app PASSWORD 'app'")
  })

  it('tells the status how it is', async () => {
    const client = await pooler.connect(app)
    await client.query('BEGIN')
    const report = await within(
      15,
      () => pooler.report() as Record<string, number> & { pools: { user: string }[] },
      ({ serversActive = 0 }) => serversActive > 0,
    )
    assert.equal(report['answers'], true)
    assert.equal(report['held'], false)
    assert.equal(report['primary'], addresses[0])
    assert.equal(report['maxClientConn'], 500)
    assert.ok((report['clientsActive'] ?? 0) >= 1)
    assert.ok(report.pools.some(({ user }) => user === 'app'))
    await client.query('COMMIT')
    await client.end()
  })

  it('takes a new certificate and another password of its own, and clients stay', async () => {
    const client = await pooler.connect(app)
    const before = await one(client, 'SELECT 1')
    await master().sql("ALTER ROLE pooler PASSWORD 'other'")
    const password = new Secret('pooler', 'other')
    pooler.configure({
      server: new Secret('server', bundle('renewed')),
      pooler: { ...vars.pooler, password },
    })
    await pooler.run('reload')
    // Its own connections are asked for the password only when they are made.
    await master().sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'pooler'")
    const next = await pooler.connect(app)
    assert.equal(await one(next, 'SELECT 1'), before)
    assert.equal(await one(client, 'SELECT 1'), before)
    for (const each of [client, next]) await each.end()
    const shown = await shownCertificate(vars.address, vars.pooler.listenPort ?? 0)
    assert.match(shown?.subject ?? '', /CN=renewed/)
  })

  it('follows a promotion, and clients without a transaction do not notice', async () => {
    const [primary, standby] = servers as [Postgres, Postgres]
    const clients = await Promise.all([1, 2, 3].map(() => pooler.connect(app)))
    for (const client of clients) await client.query('INSERT INTO rows VALUES (1)')
    const [open] = clients as [Client]
    await open.query('BEGIN')
    await open.query('INSERT INTO rows VALUES (2)')
    await primary.stop()
    await assert.rejects(open.query('COMMIT'))
    await within(
      10,
      () => pooler.said,
      (said) => /clients wait for a primary/.test(said),
    )
    // What is sent now waits, with whoever comes now.
    const waiting = clients.slice(1).map((client) => client.query('INSERT INTO rows VALUES (3)'))
    await standby.sql('SELECT pg_promote()')
    await Promise.all(waiting)
    for (const client of clients.slice(1))
      assert.equal(await one(client, 'SELECT inet_server_addr()'), addresses[1])
    assert.equal(await one(clients[1] as Client, 'SELECT count(*)::int FROM rows WHERE id = 2'), 0)
    const next = await pooler.connect(app)
    assert.equal(await one(next, 'SELECT inet_server_addr()'), addresses[1])
    for (const each of [...clients.slice(1), next]) await each.end()
  })

  it('comes back after it was killed, which ends its container', async () => {
    const pid = execFileSync('pgrep', ['-f', `^pgbouncer ${root}`], { encoding: 'utf8' }).trim()
    process.kill(Number(pid), 'SIGKILL')
    await within(
      10,
      () => pooler.ended,
      (ended) => ended,
    )
    pooler.start()
    await within(
      20,
      () =>
        pooler.run('healthy').then(
          () => true,
          () => false,
        ),
      (ok) => ok,
    )
    const client = await pooler.connect(app)
    assert.equal(await one(client, 'SELECT inet_server_addr()'), addresses[1])
    await client.end()
  })

  it('does not end before a transaction has ended', async () => {
    const client = await pooler.connect(app)
    await client.query('BEGIN')
    const ended = pooler.stop()
    await client.query('INSERT INTO rows VALUES (4)')
    await client.query('COMMIT')
    assert.equal(await ended, 0)
  })
})
