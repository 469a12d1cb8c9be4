import assert from 'node:assert/strict'
import { until } from '../../docker/lab/run.ts'
import { Cluster } from './support/cluster.ts'
import type { Node } from './support/node.ts'

const PLACE = '/var/lib/postgresql/data/tablespaces/fast'

describe('image: a tablespace', function () {
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
    await primary.shell(`mkdir -p ${PLACE}`)
    await primary.sql(`CREATE TABLESPACE fast LOCATION '${PLACE}'`)
    await primary.sql('CREATE TABLE seen TABLESPACE fast AS SELECT generate_series(1, 1000) AS n')
  })
  after(() => cluster.remove())

  const rows = (node: Node) => node.sql('SELECT count(*) FROM seen')
  const reaches = (count: string) =>
    until(`no ${count} rows`, 120_000, async () =>
      (await rows(replica).catch(() => '')) === count ? true : undefined,
    )

  it('is copied with a new replica', async () => {
    await replica.start({ mode: 'replica' })
    await replica.healthy()
    assert.equal(await rows(replica), '1000')
  })

  it('does not keep a node from being copied anew, and what else lies there is left alone', async () => {
    await primary.sql('INSERT INTO seen SELECT generate_series(1, 500)')
    await replica.shell(`printf 'action=reclone\\nprimary=%s\\n' ${primary.address} > $PGDATA/../rejoin`)
    await replica.stop()
    await replica.again()
    await replica.healthy()
    await reaches('1500')
    assert.equal(
      (await replica.shell('ls $PGDATA/..')).trim(),
      'node.state\npgdata\npgdata.lock\ntablespaces',
    )
  })

  it('does not keep a copy that was killed half way from being made again', async () => {
    await replica.stop()
    await replica.onVolume('rm -rf pgdata; ls tablespaces/fast')
    await replica.start({ mode: 'replica' })
    await replica.healthy()
    await reaches('1500')
  })

  it('is not emptied of what is not a tablespace of PostgreSQL', async () => {
    await replica.stop()
    await replica.onVolume('rm -rf pgdata; touch tablespaces/fast/mine')
    await replica.start({ mode: 'replica' })
    await until('no word of what lies there', 120_000, async () =>
      /copying the primary .* failed: .*tablespaces\/fast.* exists but is not empty/.test(
        await replica.logs(),
      )
        ? true
        : undefined,
    )
    assert.match(await replica.onVolume('ls tablespaces/fast'), /^mine$/m)
  })
})
