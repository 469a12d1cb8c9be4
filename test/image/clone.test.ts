import assert from 'node:assert/strict'
import { until } from '../../docker/lab/run.ts'
import { Cluster } from './support/cluster.ts'
import type { Node } from './support/node.ts'

describe('image: what is cut short', function () {
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

  it('a replica waits for its primary, says so, and gives up in the end', async () => {
    await replica.start({ mode: 'replica', env: { POSTGRES_CLONE_TIMEOUT: '4' } })
    assert.equal(await replica.ended(), 1)
    assert.match(await replica.logs(), /waiting for the primary .* which does not answer/)
    assert.match(await replica.logs(), /gave up after 4 s/)
  })

  it('a new cluster that was killed half way is made again', async () => {
    await primary.start({ mode: 'primary', shell: 'busybox' })
    await until('no initdb', 120_000, () => stopsAt(primary, 'pgdata.init/PG_VERSION'))
    await primary.kill()
    assert.equal((await primary.onVolume('ls')).includes('pgdata\n'), false)
    await primary.again()
    await primary.healthy()
    assert.equal(await exists(primary, 'pgdata.init'), undefined)
  })

  it('a copy that was killed half way leaves nothing that could be taken for a cluster', async () => {
    await replica.start({ mode: 'replica', env: { POSTGRES_CLONE_RATE: '2M' } })
    await until('no copy', 120_000, () =>
      stopsAt(replica, 'pgdata.clone/base/1/1259', 'pgdata.clone/PG_VERSION', 'pgdata.clone/global'),
    )
    await replica.sickBecause(/copying the primary/)
    // Under a standby's name it would be the one that a synchronous commit waits for.
    assert.match(await primary.sql('SELECT DISTINCT application_name FROM pg_stat_replication'), /^\S+_copy$/)
    await replica.kill()
    const left = await replica.onVolume('ls; ls pgdata.clone pgdata.clone/global')
    assert.match(left, /PG_VERSION/)
    assert.doesNotMatch(left, /pg_control|^pgdata$/m)
  })

  it('and the next start converges, with the slot that is there', async () => {
    await replica.start({ mode: 'replica', shell: 'busybox' })
    await replica.streams()
    assert.equal((await replica.shell('ls $PGDATA/..')).trim(), 'node.state\npgdata\npgdata.lock')
    const active = 'SELECT count(*) FROM pg_replication_slots WHERE active'
    await until('not one slot in use', 120_000, async () =>
      (await primary.sql(active)) === '1' ? true : undefined,
    )
  })

  it('something unknown in the data folder is left alone', async () => {
    const other = cluster.node('c')
    await other.onVolume('mkdir pgdata && touch pgdata/PG_VERSION')
    await other.start({ mode: 'replica' })
    assert.equal(await other.ended(), 1)
    assert.match(await other.logs(), /entrypoint: .* contains files, but not a complete cluster/)
    assert.equal(await other.onVolume('ls pgdata'), 'PG_VERSION\n')
  })
})

/** Stops everything in the container as soon as the files are there, so that what is half done stays so until it is killed. */
async function stopsAt(node: Node, ...files: string[]): Promise<true | undefined> {
  const there = files.map((file) => `[ -e /var/lib/postgresql/data/${file} ]`).join(' && ')
  const script = `for i in $(seq 200); do ${there} && kill -STOP -1 && echo yes && exit; sleep 0.05; done`
  return (await node.shell(script).catch(() => '')) === 'yes\n' ? true : undefined
}

async function exists(node: Node, file: string): Promise<true | undefined> {
  return (await node.shell(`[ -e /var/lib/postgresql/data/${file} ] && echo yes || true`).catch(() => '')) ===
    'yes\n'
    ? true
    : undefined
}
