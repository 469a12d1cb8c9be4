import assert from 'node:assert/strict'
import { until } from '../../docker/lab/run.ts'
import { Cluster } from './support/cluster.ts'

/** As a promotion asks it: until then the position of a standby is one that it is going to leave. */
const KNOWS_ITS_END = 'SELECT pg_last_wal_receive_lsn() IS NOT NULL'

describe('image: a replica that is restarted when its primary is gone', function () {
  this.timeout(900_000)
  let cluster: Cluster
  before(async () => (cluster = await Cluster.create()))
  after(() => cluster.remove())

  it('knows how far it got as soon as it has replayed what it had received', async () => {
    const [primary, replica] = [cluster.node('a'), cluster.node('b')]
    await primary.start({ mode: 'primary' })
    await replica.start({ mode: 'replica' })
    await replica.healthy()
    await primary.sql('CREATE TABLE t AS SELECT generate_series(1, 500000) AS n')
    const end = await primary.sql('SELECT pg_current_wal_lsn()')
    await until('all is received', 120_000, async () =>
      (await replica.sql(`SELECT pg_last_wal_replay_lsn() >= '${end}'`)) === 't' ? true : undefined,
    )
    await primary.kill()
    await replica.kill()
    await replica.again()
    await until('it knows its end', 120_000, async () =>
      (await replica.sql(KNOWS_ITS_END).catch(() => 'f')) === 't' ? true : undefined,
    )
    assert.equal(await replica.sql(`SELECT pg_last_wal_replay_lsn() >= '${end}'`), 't')
  })
})
