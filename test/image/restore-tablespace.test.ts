import assert from 'node:assert/strict'
import { Cluster } from './support/cluster.ts'
import type { Node } from './support/node.ts'

const CONFIG = '/var/lib/postgresql/data/test.conf'
const PGBACKREST = `env -u PGBACKREST_CONFIG_INCLUDE_PATH PGBACKREST_CONFIG=${CONFIG} PGBACKREST_STANZA=main`
const PLACE = '/var/lib/postgresql/data/fast'

describe('image: a restore with a tablespace', function () {
  this.timeout(900_000)
  let cluster: Cluster
  let node: Node

  before(async () => {
    cluster = await Cluster.create()
    node = cluster.node('a')
  })
  after(() => cluster.remove())

  it('takes the place of the data, which stay whole beside it', async () => {
    await node.start({
      mode: 'primary',
      env: { POSTGRES_PEERS: '' },
      options: ['--volume', `${node.name}-repo:/var/lib/pgbackrest`],
      command: [
        'postgres',
        '-c',
        'archive_mode=on',
        '-c',
        `archive_command=${PGBACKREST} pgbackrest archive-push %p`,
      ],
    })
    await node.healthy()
    await node.shell(
      `printf '%s\\n' '[global]' repo1-path=/var/lib/pgbackrest start-fast=y '[main]' "pg1-path=$PGDATA" > ${CONFIG}; mkdir ${PLACE}`,
    )
    await node.sql(`CREATE TABLESPACE fast LOCATION '${PLACE}'`)
    await node.sql('CREATE TABLE seen TABLESPACE fast AS SELECT 1 AS n')
    await node.shell(`${PGBACKREST} pgbackrest stanza-create && ${PGBACKREST} pgbackrest backup --type=full`)
    await node.sql('INSERT INTO seen VALUES (2)')
    await node.sql('SELECT pg_switch_wal()')
    await node.shell(`${PGBACKREST} pgbackrest check`)
    await node.stop()
    const restore = ['restore', 'new', '--as=one']
    await node.start({
      options: ['--volume', `${node.name}-repo:/var/lib/pgbackrest`, '--network', 'none'].slice(0, 2),
      command: restore,
    })
    assert.equal(await node.ended(), 0, await node.logs())
    const left = await node.onVolume('ls; ls fast/*/*; ls tablespaces.one/fast')
    assert.match(left, /pgdata\.replaced-one/)
    assert.match(left, /PG_\d+/)
    await node.start({ mode: 'primary', env: { POSTGRES_PEERS: '' } })
    // Not while it recovers, when it says that it is a replica.
    await node.healthy(/^primary/)
    assert.equal(await node.sql('SELECT count(*) FROM seen'), '2')
  })

  after(async () => {
    await cluster.docker('volume', 'rm', '-f', `${node.name}-repo`).catch(() => {})
  })
})
