import assert from 'node:assert/strict'
import { Cluster } from './support/cluster.ts'
import type { Node } from './support/node.ts'

const CONFIG = '/var/lib/pgbackrest/test.conf'
const ENV = `env -u PGBACKREST_CONFIG_INCLUDE_PATH PGBACKREST_CONFIG=${CONFIG} PGBACKREST_STANZA=main`

describe('image: a backup of a damaged data folder', function () {
  this.timeout(900_000)
  let cluster: Cluster

  before(async () => {
    cluster = await Cluster.create()
  })
  after(() => cluster.remove())

  it('expires none of the good ones', async () => {
    const node = cluster.node('damaged')
    await node.start({
      mode: 'primary',
      env: { POSTGRES_PEERS: '' },
      options: ['--tmpfs', '/var/lib/run-playbook:mode=1777'],
      command: [
        'postgres',
        '-c',
        'archive_mode=on',
        '-c',
        `archive_command=${ENV} pgbackrest archive-push %p`,
      ],
    })
    await node.healthy()
    const config = '[global] repo1-path=/var/lib/pgbackrest start-fast=y repo1-retention-full=1 [main]'
    await node.shell(
      `printf '%s\\n' ${config} "pg1-path=$PGDATA" > ${CONFIG}; ${ENV} pgbackrest stanza-create`,
    )
    for (let i = 0; i < 2; i++) await node.shell(`${ENV} backup --type=full`)
    const [good] = await backups(node)
    assert.deepEqual(await backups(node), [{ label: good?.label, error: false }], 'one is kept of good ones')
    await node.sql('CREATE TABLE torn AS SELECT generate_series(1, 1000) AS n; CHECKPOINT')
    const file = await node.sql("SELECT pg_relation_filepath('torn')")
    await node.shell(`printf broken | dd of="$PGDATA/${file}" bs=1 seek=6000 conv=notrunc 2>/dev/null`)
    const said = await node.shell(`${ENV} backup --type=full`)
    assert.match(said, /pages with invalid checksums, so no backup is expired/)
    const [kept, torn, ...others] = await backups(node)
    assert.deepEqual([kept, torn?.error, others], [good, true, []])
    await node.sql('DROP TABLE torn')
    await node.shell(`${ENV} backup --type=full`)
    assert.deepEqual(
      (await backups(node)).map(({ error }) => error),
      [false],
    )
  })
})

async function backups(node: Node): Promise<{ label: string; error: boolean }[]> {
  const info = await node.shell(`${ENV} pgbackrest info --output=json --log-level-console=off`)
  const [stanza] = JSON.parse(info) as { backup: { label: string; error: boolean }[] }[]
  return (stanza?.backup ?? []).map(({ label, error }) => ({ label, error }))
}
