import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { until } from '../../docker/lab/run.ts'
import { Cluster, secrets } from './support/cluster.ts'
import type { Node } from './support/node.ts'

describe('image: a primary and its replica', function () {
  this.timeout(900_000)
  let cluster: Cluster
  let primary: Node
  let replica: Node

  before(async () => {
    cluster = await Cluster.create()
    primary = cluster.node('a')
    replica = cluster.node('b')
  })
  after(() => cluster.remove())

  it('a new primary is unhealthy until it is there for everybody', async () => {
    // First, so that nothing lies between the start of the primary and the question: it is made within seconds.
    await replica.start({ mode: 'replica', shell: 'busybox' })
    await primary.start({ mode: 'primary' })
    assert.match((await primary.health()).says, /creating a new cluster|does not accept connections/)
    assert.equal(await primary.healthy(), 'primary, accepting writes')
    assert.equal(await primary.sql('SHOW data_checksums'), 'on')
    assert.equal(
      await primary.sql(`SELECT datcollate FROM pg_database WHERE datname = 'postgres'`),
      'C.UTF-8',
    )
    assert.equal(await primary.shell('cat /proc/1/comm'), 'docker-init\n')
  })

  it('an empty replica copies the primary and follows it', async () => {
    await replica.healthy()
    await primary.sql('CREATE TABLE seen AS SELECT 1 AS n')
    await until('no row on the replica', 120_000, async () =>
      (await replica.sql('SELECT n FROM seen').catch(() => '')) === '1' ? true : undefined,
    )
    await replica.streams()
    assert.equal(
      await primary.sql('SELECT slot_name, active FROM pg_replication_slots'),
      slotOf(replica) + '|t',
    )
    assert.equal((await replica.shell('ls $PGDATA/..')).trim(), 'node.state\npgdata\npgdata.lock')
  })

  it('no secret is in the inspection, the log, the data, an environment or an argument', async () => {
    for (const node of [primary, replica]) {
      const everything = [
        await node.inspect('{{json .}}'),
        await node.logs(),
        await node.shell('cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" "\\n"; env'),
        await node.sql('SHOW primary_conninfo'),
      ].join('\n')
      for (const secret of Object.values(secrets)) assert.ok(!everything.includes(secret))
      assert.equal(await node.shell('grep -rlF -f /run/run-playbook/pgpass $PGDATA || true'), '')
      for (const part of ['per\\se"', 'pli\\ca']) {
        assert.equal(await node.shell(`grep -rlF '${part}' $PGDATA || true`), '')
      }
      assert.equal(await node.shell('stat -c %a:%U /run/run-playbook/pgpass'), '600:postgres\n')
      assert.equal(await node.shell('ls /run/run-playbook | grep -c password || true'), '0\n')
    }
  })

  it('the superuser comes through the socket only, and a health check leaves no line in the log', async () => {
    assert.equal((await primary.logs()).match(/pg_hba.conf/g), null)
    await assert.rejects(replica.shell(`psql -wc 'SELECT 1' -h ${primary.address}`), /pg_hba.conf rejects/)
  })

  it('stops in less than two seconds under an idle session, and ends with 0', async () => {
    const session = spawn('docker', ['exec', '-i', '-u', 'postgres', replica.name, 'psql'], {
      env: { ...process.env, ...cluster.images.engine.env },
    })
    const sessions = `SELECT count(*) FROM pg_stat_activity WHERE application_name = 'psql' AND state = 'idle'`
    await until('no session', 120_000, async () => ((await replica.sql(sessions)) === '1' ? true : undefined))
    const { seconds, exitCode } = await replica.stop()
    session.kill()
    assert.ok(seconds < 2, `took ${seconds} s`)
    assert.equal(exitCode, 0)
  })

  it('what is on the disk beats the variable', async () => {
    await replica.start({ mode: 'primary' })
    await primary.stop()
    await primary.start({ mode: 'replica', shell: 'busybox' })
    assert.match(await replica.healthy(), /^replica/)
    assert.match(await primary.healthy(), /^primary/)
    assert.match(
      await primary.logs(),
      /POSTGRES_REPLICATION_MODE is replica, but the data directory is that of a primary/,
    )
    assert.match(
      await replica.logs(),
      /POSTGRES_REPLICATION_MODE is primary, but the data directory is that of a replica/,
    )
  })

  it('comes back after kill -9, past the pid file that was left', async () => {
    await primary.kill()
    await primary.again()
    await primary.healthy()
    assert.match(await primary.logs(), /removing postmaster.pid/)
  })

  it('two containers never share a disk', async () => {
    const second = await cluster.node('second').start({ mode: 'primary', disk: primary })
    await second.sickBecause(/another container is using/)
    assert.equal((await second.stop()).exitCode, 0)
    await primary.healthy()
  })
})

const slotOf = (node: Node) => `node_${node.address.replaceAll('.', '_')}`
