import assert from 'node:assert/strict'
import { draftOf } from '../../../../lib/cluster/adopt/draft.ts'
import { type HbaRule, type Living, parseLiving } from '../../../../lib/cluster/adopt/living.ts'
import { mounts } from '../../../../lib/cluster/places.ts'
import { bare, hosts } from '../nodes.ts'

const rule = (more: Partial<HbaRule>): HbaRule => ({
  type: 'host',
  databases: ['all'],
  users: ['all'],
  address: '10.88.0.0',
  netmask: '255.255.255.0',
  method: 'scram-sha-256',
  options: null,
  ...more,
})
const server: NonNullable<Living['server']> = {
  version: '17.12',
  recovery: false,
  upstream: null,
  settings: [],
  values: {
    listen_addresses: '10.88.0.11',
    port: '5432',
    archive_mode: 'always',
    archive_command: 'pgbackrest archive-push %p',
    synchronous_standby_names: '',
    max_slot_wal_keep_size: '2GB',
    max_connections: '100',
    max_worker_processes: '8',
    max_wal_senders: '10',
    max_prepared_transactions: '0',
    max_locks_per_transaction: '64',
  },
  databases: [{ name: 'app', owner: 'app' }],
  roles: [{ name: 'app', login: true, superuser: false, replication: false }],
  slots: [{ name: 'node_10_88_0_12', type: 'physical' }],
  rules: [rule({ users: ['postgres'], method: 'reject' }), rule({})],
}
const folders = { dataDir: '/data/postgres', backupDir: '/data/backups' }
const container = {
  image: 'run-playbook/postgres',
  mounts: Object.values(mounts(folders)).map(({ source, target }) => ({
    Source: source,
    Destination: target,
  })),
}
const living = (more: Partial<Living> = {}, own: Partial<NonNullable<Living['server']>> = {}): Living => ({
  ...parseLiving(''),
  container,
  server: { ...server, ...own },
  ...more,
})
const standby = (more: Partial<Living> = {}): Living => living(more, { recovery: true })
const kept = (name: string): boolean => name === 'postgres.app'
const draft = (...nodes: (Living | undefined)[]) =>
  draftOf(
    hosts.map((host, i) => ({ host, living: nodes[i], fact: { ...bare, cores: 2 } })),
    kept,
  )
const noteOf = (first: Living): string =>
  draft(first, standby(), standby())
    .notes.map(({ text, urgent }) => `${urgent ? '! ' : ''}${text}`)
    .join('\n')

describe('an inventory of a living cluster', () => {
  it('has the PgBouncer that runs, and nothing where there is none', () => {
    const said = (more: string) =>
      parseLiving(`pooler image=run-playbook/pgbouncer
pooler listen_port = 6432
pooler pool_mode = transaction
pooler default_pool_size = 20
pooler max_client_conn = 500
pooler query_wait_timeout = 120
pooler server_idle_timeout = 600
${more}`)
    const poolerOf = ({ pooler }: Living) => {
      const role = { name: 'pooler', login: true, superuser: false, replication: false }
      const first = living({ pooler }, { roles: [...server.roles, role] })
      const { vars, notes } = draft(first, standby({ pooler }), standby({ pooler }))
      assert.deepEqual(notes, [])
      return vars.group['pooler']
    }
    assert.deepEqual(poolerOf(said('')), {})
    const other = said(
      'pooler listen_port = 6433\npooler pool_mode = session\npooler image=registry.example/bouncer:1',
    )
    const image = 'registry.example/bouncer:1'
    assert.deepEqual(poolerOf(other), { listenPort: 6433, poolMode: 'session', image })
    assert.equal(poolerOf(parseLiving('')), undefined)
  })

  it('says nothing but the hosts where all is as site makes it', () => {
    const { text, notes, vars } = draft(living(), standby(), standby())
    assert.deepEqual(notes, [])
    assert.deepEqual(vars, { group: {}, hosts: { 'node-a': {}, 'node-b': {}, 'node-c': {} } })
    assert.match(text, /'node-c': \{ address: '10\.88\.0\.13' \},/)
    assert.match(text, /hosts: \['node-a', 'node-b', 'node-c'\],\n\s+vars: \{\n.*\n\s+rolling: 'later',\n/)
    assert.match(text, /'first-primary': \{ hosts: \['node-a'\] \}/)
  })

  it('says what all nodes have once, and the rest with its node', () => {
    const place = (dataDir: string) => ({
      container: { ...container, mounts: [{ Source: dataDir, Destination: '/var/lib/postgresql/data' }] },
      pgbackrest: { 'repo1-retention-full-type': 'count', 'repo1-retention-full': '3' },
    })
    const { vars } = draft(living(place('/srv/a')), standby(place('/srv/b')), standby(place('/srv/b')))
    assert.deepEqual(vars.group, { retention: { full: 3 } })
    assert.deepEqual(vars.hosts['node-b'], { dataDir: '/srv/b' })
  })

  it('has the settings, schedule and places that differ from the defaults', () => {
    const all = {
      backups: { BACKUP_AT_MINUTE: '195', BACKUP_FULL_DAYS: '7', BACKUP_STAGGER: '1800', BACKUP_JITTER: '0' },
      offsite: '/mnt/copies',
    }
    const values = { ...server.values, max_connections: '300', max_slot_wal_keep_size: '512MB' }
    const parts = [living, standby, standby].map((made, turn) => ({
      ...made({ ...all, drill: `Mon *-*-* 0${1 + turn}:00:00` }),
      server: {
        ...server,
        recovery: turn > 0,
        values: { ...values, synchronous_standby_names: 'ANY 1 (a, b)' },
      },
    }))
    assert.deepEqual(draft(...parts).vars.group, {
      synchronous: true,
      maxSlotWalKeepSize: '512MB',
      schedule: { at: '03:15', jitter: 0 },
      drill: { day: 'Mon', hour: 1 },
      offsite: '/mnt/copies',
      maxConnections: 300,
    })
  })

  it('has lines of pg_hba.conf for clients, and names those that it cannot say', () => {
    const wide = { address: '10.88.0.0', netmask: '255.255.0.0' }
    const rules = [
      rule({ users: ['replicator'], databases: ['replication'] }),
      rule({ ...wide, type: 'hostssl', users: ['app'], method: 'cert', options: ['clientcert=verify-full'] }),
      rule({ ...wide, type: 'hostnossl', users: ['app'], method: 'reject' }),
      rule({ users: ['old'], method: 'md5', address: '10.9.0.0', netmask: '255.255.0.0' }),
      rule({ ...wide, type: 'hostssl' }),
    ]
    const { vars, notes } = draft(living({}, { rules }), standby(), standby())
    assert.deepEqual(vars.group, {
      network: '10.88.0.0/16',
      clientTls: 'require',
      clientAccess: [{ user: 'app', method: 'cert' }],
    })
    assert.deepEqual(
      notes.map(({ text }) => text),
      ['pg_hba.conf: host all old 10.9.0.0 255.255.0.0 md5. site does not keep this line.'],
    )
  })

  it('leaves out databases whose password nobody has stored: site would change it', () => {
    const databases = [...server.databases, { name: 'shop', owner: 'shop' }, { name: 'log', owner: 'app' }]
    const { vars, notes } = draft(living({}, { databases }), standby(), standby())
    assert.equal(vars.group['databases'], undefined)
    assert.match(notes[0]?.text ?? '', /shop \(shop\), log \(app\).*secrets set postgres\.NAME/)
    assert.deepEqual(draft(living({}, { databases: [] }), standby(), standby()).vars.group, { databases: [] })
  })

  it('says of a container that was made by hand that a new one comes, and what cannot wait', () => {
    const byHand = living(
      {
        container: {
          image: 'run-playbook/postgres:16',
          ports: { '5432/tcp': [{ HostIp: '', HostPort: '5432' }] },
        },
      },
      {
        values: { ...server.values, archive_mode: 'off' },
        settings: [
          { name: 'work_mem', value: '64MB', file: '/etc/postgresql/postgresql.conf' },
          { name: 'port', value: '5432', file: '/run/run-playbook/postgresql.conf' },
          { name: 'jit', value: 'off', file: '/var/lib/postgresql/data/pgdata/postgresql.auto.conf' },
        ],
      },
    )
    const said = noteOf(byHand)
    assert.match(said, /^The container postgres on node-a .* does not have the directories of site/m)
    assert.match(said, /^! node-a publishes port 5432 \(5432\/tcp\) on all its addresses/m)
    assert.match(said, /^! node-a archives no WAL \(archive_mode = off\)/m)
    assert.match(said, /^Settings that site does not keep: work_mem = 64MB\. .*ALTER SYSTEM/m)
    assert.match(said, /^Settings of ALTER SYSTEM, which site keeps: jit = off\./m)
    assert.doesNotMatch(said, /port = 5432/)
    assert.match(
      noteOf(living({}, { values: { ...server.values, listen_addresses: '*' } })),
      /^! .*listens on all/m,
    )
  })

  it('is refused for what is no cluster of this kind', () => {
    const other = living({ container: { image: 'postgres:16' } })
    assert.throws(() => draft(other, standby(), standby()), {
      code: 'E_ADOPT',
      message: /postgres on node-a \(image postgres:16\) is not made of an image of run-playbook/,
    })
    const elsewhere = living({ env: { PGDATA: '/var/lib/postgresql/data' } })
    assert.throws(() => draft(elsewhere, standby(), standby()), { message: /has its data in \/var\/lib/ })
    assert.throws(() => draft(living(), undefined, standby()), { message: /node-b cannot be reached/ })
    assert.throws(() => draft(standby(), standby(), standby()), { message: /no node accepts writes/ })
    assert.throws(() => draft(living(), living(), standby()), { message: /node-a and node-b both accept/ })
  })

  it('is data and comments, whatever a host says', () => {
    const name = "x'\n*/ process.exit(7) //\u2028\\"
    const image = `mine/pg:1\n process.exit(8)`
    const { text } = draft(
      living(
        {
          container: {
            ...container,
            image,
            labels: { 'org.opencontainers.image.title': 'run-playbook postgres' },
          },
        },
        { databases: [{ name, owner: 'app' }] },
      ),
      standby(),
      standby(),
    )
    const lines = text.split(/[\n\u2028\u2029\r]/)
    for (const line of lines.filter((one) => one.includes('process.exit')))
      assert.match(line, /^\/\/ |^ *('node-a'|image): .*'mine\/pg:1\\n process/)
    assert.ok(lines.some((one) => one.includes('process.exit(7)')))
    assert.ok(lines.some((one) => one.includes('process.exit(8)')))
  })
})
