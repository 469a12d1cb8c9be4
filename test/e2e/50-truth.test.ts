import assert from 'node:assert/strict'
import type { Status } from '../../lib/cluster/status/schema.ts'
import { another, healthyCluster, primaryNow, slotOf } from './cluster.ts'
import { inLoad, prepareLoad } from './load/load.ts'
import { labels, untilWell } from './repository.ts'
import { statusOf } from './service.ts'
import { NODES, explain, onNode, psql, run, until } from './support.ts'
import { type Witness, openWitness } from './witness.ts'

describe('the status tells the truth within 5 s, to people and to programs, when', function () {
  this.timeout(300_000)
  let witness: Witness
  let primary: string
  let replica: string

  before(async () => {
    await healthyCluster()
    primary = await primaryNow()
    replica = another(primary)
    await prepareLoad(primary)
    for (const node of NODES) await untilWell(node)
    witness = await openWitness()
  })
  after(() => witness?.close())
  // What a failed test broke is mended, so that the next one tells something of its own.
  afterEach(async function () {
    if (this.currentTest?.state !== 'failed') return
    for (const node of NODES) await onNode(node, 'docker start postgres')
    primary = await primaryNow()
    replica = another(primary)
    await psql(primary, 'ALTER SYSTEM RESET archive_command')
    await psql(primary, 'SELECT pg_reload_conf()')
    await untilStreaming()
  })

  const untilStreaming = (): Promise<void> =>
    until('two streaming replicas', async () => {
      const count = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'"
      return (await psql(primary, count)) === '2'
    })
  const codes = ({ warnings }: Status): string[] => warnings.map(({ code }) => code)
  const isWell = (): Promise<void> =>
    witness.shows(primary, {
      json: ({ postgres, archiver, replication, connections }) =>
        postgres.up &&
        archiver.failing === false &&
        archiver.waiting === 0 &&
        (connections.used ?? 99) < 20 &&
        replication.standbys.filter(({ state }) => state === 'streaming').length === 2,
      metric: /^pg_up 1$/m,
      page: /Accepts writes/,
      line: new RegExp(`^${primary} +primary +2, .* ok `, 'm'),
    })

  it('a replica stops, and its slot falls behind', async () => {
    await onNode(replica, 'docker stop postgres')
    await witness.shows(replica, {
      json: ({ postgres }) => !postgres.up,
      metric: /^pg_up 0$/m,
      page: new RegExp(`<h1>${replica} is down`),
      line: new RegExp(`^${replica} +replica down `, 'm'),
    })
    await inLoad(
      primary,
      'CREATE TABLE big AS SELECT repeat(md5(i::text), 30) FROM generate_series(1, 60000) i',
    )
    await witness.shows(primary, {
      json: ({ replication: { slots } }) =>
        slots.some(
          ({ name, active, retainedBytes }) =>
            name === slotOf(replica) && !active && (retainedBytes ?? 0) > 40e6,
        ),
      metric: new RegExp(
        `^pg_replication_slots_pg_wal_lsn_diff\\{[^}]*${slotOf(replica)}[^}]*\\} [4-9]\\d{7}`,
        'm',
      ),
      page: new RegExp(`${replica} does not replicate: .* retains \\d+ MB of WAL for it`),
      line: new RegExp(`^${primary} +primary .* 1 of 2 idle, \\d+ MB `, 'm'),
    })
    await onNode(replica, 'docker start postgres')
    await inLoad(primary, 'DROP TABLE big')
    await untilStreaming()
    await isWell()
  })

  it('archiving breaks', async () => {
    await psql(primary, "ALTER SYSTEM SET archive_command = 'false'")
    await psql(primary, 'SELECT pg_reload_conf()')
    await inLoad(primary, 'INSERT INTO rows VALUES (gen_random_uuid())')
    await psql(primary, 'SELECT pg_switch_wal()')
    await witness.shows(primary, {
      json: ({ archiver }) => archiver.failing === true && (archiver.waiting ?? 0) > 0,
      metric: /^run_playbook_archiver_failing 1$/m,
      page: /Archiving the WAL segment 0000/,
      line: new RegExp(`^${primary} +primary .* failing `, 'm'),
    })
    await psql(primary, 'ALTER SYSTEM RESET archive_command')
    await psql(primary, 'SELECT pg_reload_conf()')
    await isWell()
  })

  it('connections run out', async () => {
    const address = (await psql(primary, 'SHOW listen_addresses')).trim()
    // What asks for the status holds connections too, for a moment: a client that was refused comes again.
    const client = `while [ -e /dev/shm/full ]; do psql 'host=${address} user=load dbname=load' -c 'SELECT pg_sleep(250)'; sleep 1; done`
    const full = onNode(
      primary,
      `docker exec -e PGPASSWORD=load postgres sh -c "touch /dev/shm/full; for i in \\$(seq 110); do (${client}) >/dev/null 2>&1 & done; wait"`,
    )
    const free = `SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int - count(*)
      FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`
    try {
      await until('all connections are in use', async () => Number(await psql(primary, free)) <= 0)
      await witness.shows(primary, {
        json: (status) => codes(status).includes('connections-full'),
        metric: /^run_playbook_warning\{code="connections-full"\} 1$/m,
        page: /All \d+ connections are in use/,
        line: new RegExp(`^${primary} +primary .* (\\d+)/\\d+ [\\s\\S]*All \\d+ connections are in use`, 'm'),
      })
    } finally {
      await onNode(primary, 'docker exec postgres rm /dev/shm/full')
      const ended = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'load'"
      await until('the clients have gone', async () => (await psql(primary, ended)) === '0')
    }
    await full
    await isWell()
  })

  it('a backup is deleted', async () => {
    const label = (await labels(replica)).at(-1) ?? ''
    const [folder = ''] = (
      await onNode(replica, `find /data/backups -type d -path '*/backup/*/${label}'`)
    ).split('\n')
    assert.match(folder, /^\/data\/backups\/./)
    await onNode(replica, `mv ${folder} /data/lost`)
    try {
      await witness.shows(replica, {
        json: ({ backups }) => backups.list.some((one) => one.label === label && one.result === 'missing'),
        metric: /^run_playbook_backup_last_ok\{type="\w+"\} 0$/m,
        page: new RegExp(`The files of backup ${label} are missing in the repository`),
        line: new RegExp(`The files of backup ${label} are missing in the repository`),
      })
    } finally {
      await onNode(replica, `mv /data/lost ${folder}`)
    }
  })

  it('PostgreSQL stops on the primary', async () => {
    await onNode(primary, 'docker stop postgres')
    await witness.shows(primary, {
      json: ({ postgres }) => !postgres.up && postgres.role === 'primary',
      metric: /^pg_up 0$/m,
      page: new RegExp(`<h1>${primary} is down`),
      line: new RegExp(`^${primary} +primary down `, 'm'),
    })
    // What nobody sends can not be behind: it is unknown.
    await witness.shows(replica, {
      json: ({ postgres, replication }) => postgres.up && replication.lagBytes === null,
      metric: /^run_playbook_receiver_streaming 0$/m,
      page: /Lag unknown/,
      line: new RegExp(`^${replica} +replica +unknown `, 'm'),
    })
    await onNode(primary, 'docker start postgres')
    await untilStreaming()
    await isWell()
  })

  it('a replica is promoted', async () => {
    const timeline = (await statusOf(primary)).postgres.timeline ?? 0
    const promote = await run('promote', '-e', `to=${replica}`)
    assert.equal(promote.code, 0, explain(promote))
    await witness.shows(replica, {
      json: ({ postgres }) => postgres.role === 'primary' && postgres.timeline === timeline + 1,
      metric: /^pg_replication_is_replica 0$/m,
      page: /Accepts writes/,
      line: new RegExp(`^${replica} +primary `, 'm'),
    })
    await witness.shows(primary, {
      json: ({ postgres, replication }) => postgres.role === 'replica' && replication.lagBytes !== null,
      metric: /^pg_replication_is_replica 1$/m,
      page: new RegExp(`${primary}`),
      line: new RegExp(`^${primary} +replica `, 'm'),
    })
  })
})
