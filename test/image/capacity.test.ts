import assert from 'node:assert/strict'
import { until } from '../../docker/lab/run.ts'
import { Cluster } from './support/cluster.ts'
import type { Node } from './support/node.ts'

const SETTINGS = {
  max_connections: 150,
  max_worker_processes: 20,
  max_wal_senders: 17,
  max_prepared_transactions: 9,
  max_locks_per_transaction: 128,
} as const

describe('image: a standby whose primary allows more than its own configuration', function () {
  this.timeout(900_000)
  let cluster: Cluster
  let primary: Node
  let replica: Node

  before(async () => {
    cluster = await Cluster.create()
    primary = cluster.node('a')
    replica = cluster.node('b')
    await primary.start({ mode: 'primary' })
    await primary.healthy()
    await replica.start({ mode: 'replica', options: ['--restart', 'unless-stopped'] })
    await replica.healthy()
  })
  after(() => cluster.remove())

  const all = (node: Node) =>
    node.sql(
      `SELECT json_object_agg(name, setting::int) FROM pg_settings WHERE name IN (${Object.keys(SETTINGS)
        .map((name) => `'${name}'`)
        .join()})`,
    )
  const raise = async (settings: Record<string, number>) => {
    for (const [name, value] of Object.entries(settings))
      await primary.sql(`ALTER SYSTEM SET ${name} = ${value}`)
    await primary.stop()
    await primary.again()
    await primary.healthy()
  }
  const follows = async (value: number) => {
    await primary.sql(`DROP TABLE IF EXISTS seen; CREATE TABLE seen AS SELECT ${value} AS n`)
    await until(`no ${value} on the replica`, 120_000, async () =>
      (await replica.sql('SELECT n FROM seen').catch(() => '')) === String(value) ? true : undefined,
    )
  }

  it('starts again by itself, with what the primary has, when it had to stop replaying', async () => {
    await raise(SETTINGS)
    await follows(1)
    assert.deepEqual(JSON.parse(await all(replica)), SETTINGS)
    assert.match(
      await replica.logs(),
      /entrypoint: starting with max_locks_per_transaction = 128 instead of 64: on a standby/,
    )
    assert.match(
      await replica.logs(),
      /entrypoint: replay is paused: max_\w+ is \d+ here and \d+ on the primary/,
    )
  })

  it('starts after it was away while the primary got less, as its data still ask for more', async () => {
    await replica.stop()
    for (const name of Object.keys(SETTINGS)) await primary.sql(`ALTER SYSTEM RESET ${name}`)
    await primary.stop()
    await primary.again()
    await primary.healthy()
    await replica.again()
    await replica.healthy()
    await follows(2)
    assert.equal(JSON.parse(await all(replica)).max_connections, 150)
    await replica.stop()
    await replica.again()
    await replica.healthy()
    assert.equal(
      JSON.parse(await all(replica)).max_connections,
      100,
      'and has less when its data have been told',
    )
  })

  it('does not take less than its configuration from what ALTER SYSTEM left in its data', async () => {
    await replica.sql('ALTER SYSTEM SET max_connections = 30')
    await replica.stop()
    await replica.again()
    await replica.healthy()
    assert.equal(await replica.sql('SHOW max_connections'), '100')
    assert.equal(await primary.sql('SHOW max_connections'), '100')
  })
})
