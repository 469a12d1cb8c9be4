import assert from 'node:assert/strict'
import type { Host } from 'run-playbook'
import type { ClusterContext } from '../../../../lib/cluster/cluster.ts'
import { clusterVars } from '../../../../lib/cluster/vars/cluster.ts'
import { nodeVars } from '../../../../lib/cluster/vars/node.ts'
import { sitePlays } from '../../../../playbooks/plays/site.ts'
import { a, b, c, factsOf, hosts, primary, replica } from '../../cluster/nodes.ts'
import { type Checkout, checkout } from '../../secrets/checkout.ts'
import { type PlayTask, tasksOf } from './tasks-of.ts'

describe('the pooler of a cluster', () => {
  let home: Checkout
  let secrets: ClusterContext['secrets']
  beforeEach(async () => {
    home = await checkout()
    secrets = await home.openAs('operator')
  })
  afterEach(() => home.remove())

  function tasks(host: Host, vars: object, own: object = {}, others: object = {}): PlayTask[] {
    const context: ClusterContext = {
      vars: clusterVars.parse({ statusImage: 'mine/status', ...vars }),
      hosts,
      limited: hosts,
      facts: { node: factsOf(primary(own), replica(others), replica(others)) },
      secrets,
      stateDir: home.stateDir,
    }
    return tasksOf(sitePlays(context), host)
  }
  const ofPooler = (all: readonly PlayTask[]) =>
    all.filter(({ play, name }) => /pooler/.test(play) || /pgbouncer/.test(name))
  const text = (all: readonly PlayTask[], name: string): string =>
    all.flatMap((task) =>
      task.name === name ? [(task.args as { payload: { text: string } }).payload.text] : [],
    )[0] ?? ''

  it('is not there unless it is asked for, and nothing of the node changes for that', () => {
    for (const host of hosts) assert.deepEqual(ofPooler(tasks(host, {})), [])
    assert.doesNotMatch(text(tasks(a, {}), 'pg_hba.conf'), /pooler/)
    assert.doesNotMatch(text(tasks(a, {}), 'status configuration'), /pooler/)
  })

  it('is a container on every node, with the defaults of PgBouncer or what the inventory says', () => {
    for (const host of hosts) {
      const all = tasks(host, { pooler: { maxClientConn: 900 } })
      const ini = text(all, 'pgbouncer.ini').split('\n')
      for (const line of [
        `listen_addr = ${host.address}`,
        'listen_port = 6432',
        'pool_mode = transaction',
        'default_pool_size = 20',
        'max_client_conn = 900',
        'query_wait_timeout = 120',
        'auth_type = hba',
        'server_tls_sslmode = verify-full',
      ])
        assert.ok(ini.includes(line), line)
      assert.equal(text(all, 'pooler nodes'), '10.88.0.11\n10.88.0.12\n10.88.0.13\n')
      assert.equal(text(all, 'pooler databases'), 'app\tport=5432 auth_user=pooler\n')
      assert.match(text(all, 'status configuration'), /"pooler": true/)
      assert.match(
        text(all, 'pg_hba.conf'),
        /host +all +pooler +10\.88\.0\.13\/32 +scram-sha-256\nhost +all +pooler +all +reject\n/,
      )
      const container = all.find(({ name }) => name === 'pgbouncer')?.args
      assert.match(JSON.stringify(container), /"user":"6432:6432"/)
      for (const secret of ['pooler password', 'pooler certificate'])
        assert.match(JSON.stringify(all.find(({ name }) => name === secret)?.args), /"mode":"?(0400|256)\b/)
    }
  })

  it('has its role and what the role asks before any node uses them, on the primary alone', () => {
    const names = ofPooler(tasks(a, { pooler: {}, databases: ['app', 'shop'] })).map(({ name }) => name)
    const at = (name: string) => names.indexOf(name)
    assert.ok(at('pooler') >= 0 && at('pooler') < at('lookup in app'))
    assert.ok(at('lookup in shop') > 0 && at('lookup in shop') < at('pgbouncer'))
    assert.ok(!tasks(b, { pooler: {} }).some(({ name }) => name.startsWith('lookup in')))
  })

  it('shares what PostgreSQL has among its pools', () => {
    const size = (vars: object) =>
      /^default_pool_size = (.*)$/m.exec(text(tasks(a, { pooler: {}, ...vars }), 'pgbouncer.ini'))?.[1]
    assert.equal(size({ databases: ['app', 'shop'] }), '15')
    assert.equal(size({ databases: ['app', 'shop'], maxConnections: 300 }), '20')
  })

  it('lets in from where PostgreSQL lets in, but nobody of the cluster itself and nobody with a certificate', () => {
    const clientAccess = [
      { user: 'app', method: 'cert' },
      { user: 'report', address: '10.20.0.0/16' },
      { user: 'report', address: 'all', method: 'reject' },
    ]
    const hba = text(tasks(a, { pooler: {}, clientAccess, clientTls: 'require' }), 'pooler hba.conf').split(
      '\n',
    )
    for (const line of [
      'host all "postgres" 0.0.0.0/0 reject',
      'host all "pooler" 0.0.0.0/0 reject',
      'host "pgbouncer" all ::/0 reject',
      'host all "app" 10.88.0.0/24 reject',
      'hostssl all "report" 10.20.0.0/16 scram-sha-256',
      'host all "report" 0.0.0.0/0 reject',
      'host all "report" ::/0 reject',
      'hostssl "app" all 10.88.0.0/24 scram-sha-256',
    ])
      assert.ok(hba.includes(line), `${line} in\n${hba.join('\n')}`)
    assert.ok(
      hba.indexOf('host all "postgres" 0.0.0.0/0 reject') < hba.indexOf('host all "app" 10.88.0.0/24 reject'),
    )
    assert.match(
      text(tasks(a, { pooler: {} }), 'pooler hba.conf'),
      /^host "app" all 10\.88\.0\.0\/24 scram-sha-256$/m,
    )
  })

  it('is taken off the nodes that had one, with its role', () => {
    const had = { fingerprints: { pooler: 'f'.repeat(64) } }
    const names = (host: Host) =>
      ofPooler(tasks(host, {}, { ...had, server: { databases: ['app', 'shop'] } })).map(({ name }) => name)
    assert.deepEqual(names(a), [
      'no pgbouncer',
      'no pooler state folder',
      'no pooler folder',
      'no lookup in app',
      'no lookup in shop',
      'no pooler',
    ])
    assert.deepEqual(names(b), [])
  })

  it('needs its password from the store of the cluster', async () => {
    for (const name of ['postgres.superuser', 'postgres.app']) secrets.password(name)
    await secrets.save()
    const had = { fingerprints: { pooler: 'f'.repeat(64) } }
    assert.throws(() => tasks(a, { pooler: {} }, had), {
      code: 'E_SECRETS_LOST',
      message: /no postgres\.pooler, but node-a has it/,
    })
  })

  it('does not take the place of a container of somebody else', () => {
    const containers = [
      {
        name: 'pgbouncer',
        image: 'edoburu/pgbouncer',
        created: '2026-01-01T00:00:00Z',
        owner: 'foreign' as const,
      },
    ]
    assert.throws(() => tasks(a, { pooler: {} }, { containers }), {
      code: 'E_FOREIGN_CONTAINER',
      message: /pgbouncer on node-a \(image edoburu/,
    })
    assert.ok(tasks(a, {}, { containers }).length > 0)
  })

  for (const [what, vars, message] of [
    [
      'the console for a database',
      { databases: ['app', 'pgbouncer'] },
      /cannot serve the database "pgbouncer"/,
    ],
    ['all databases for one', { databases: ['*'] }, /cannot serve the database "\*"/],
    ['a name that it cannot read', { databases: ['my app'] }, /cannot serve the database "my app"/],
    ['its own role for an owner', { databases: ['pooler'] }, /cannot serve the database "pooler"/],
    ['a name that ends the line', { databases: ['a\nb'] }, /cannot serve the database "a\\nb"/],
    [
      'its own role for a client',
      { clientAccess: [{ user: ['app', 'pooler'], method: 'reject' }] },
      /clientAccess is for the role pooler/,
    ],
    [
      'more connections than there are',
      { pooler: { defaultPoolSize: 34 } },
      /3 nodes with 1 databases of 34 connections are 102, maxConnections is 100/,
    ],
  ] as const)
    it(`is not made where it would take ${what}`, () => {
      assert.throws(() => tasks(c, { pooler: {}, ...vars }), { code: 'E_POOLER', message })
    })

  for (const [what, wrong] of [
    ['a port below 1024', { listenPort: 432 }],
    ['the port of PostgreSQL', { listenPort: 5432 }],
    ['a mode that PgBouncer does not have', { poolMode: 'query' }],
    ['no connections', { defaultPoolSize: 0 }],
    ['half a client', { maxClientConn: 0.5 }],
    ['a word that is not known', { poolSize: 20 }],
  ] as const)
    it(`refuses ${what}`, () => {
      assert.equal(nodeVars.shape.pooler.safeParse({}).success, true)
      assert.equal(nodeVars.shape.pooler.safeParse(wrong).success, false)
    })
})
