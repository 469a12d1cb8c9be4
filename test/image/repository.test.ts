import assert from 'node:assert/strict'
import { parseRepository, recoverableWindow } from '../../lib/pgbackrest/index.ts'
import { Cluster } from './support/cluster.ts'
import type { Node } from './support/node.ts'

const CONFIG = '/var/lib/pgbackrest/test.conf'
const PGBACKREST = `env -u PGBACKREST_CONFIG_INCLUDE_PATH PGBACKREST_CONFIG=${CONFIG} PGBACKREST_STANZA=main`

describe('image: what a repository can bring back', function () {
  this.timeout(900_000)
  let cluster: Cluster

  before(async () => {
    cluster = await Cluster.create()
  })
  after(() => cluster.remove())

  const settings = {
    plain: '',
    encrypted: 'repo1-cipher-type=aes-256-cbc\nrepo1-cipher-pass=for-this-test',
  }
  for (const [kind, more] of Object.entries(settings)) {
    it(`is told of a repository that is ${kind}`, async () => {
      const node = cluster.node(kind)
      const archive = `archive_command=${PGBACKREST} pgbackrest archive-push %p`
      await node.start({
        mode: 'primary',
        shell: kind === 'plain' ? 'busybox' : 'dash',
        env: { POSTGRES_PEERS: '' },
        command: ['postgres', '-c', 'archive_mode=on', '-c', archive],
      })
      await node.healthy()
      assert.match(await ask(node), /main does not exist/)
      await node.shell(
        `printf '%s\\n' '[global]' repo1-path=/var/lib/pgbackrest start-fast=y ${quoted(more)} '[main]' "pg1-path=$PGDATA" > ${CONFIG}`,
      )
      await node.shell(
        `${PGBACKREST} pgbackrest stanza-create && ${PGBACKREST} pgbackrest backup --type=full`,
      )
      await node.sql('SELECT pg_switch_wal()')
      const repository = parseRepository(await ask(node))
      const { from, complete, holes, until } = recoverableWindow(repository)
      assert.deepEqual(
        [repository.problems, repository.encrypted, holes, complete],
        [[], kind === 'encrypted', [], true],
      )
      assert.ok(from !== undefined && until !== undefined)
    })
  }
})

const ask = (node: Node): Promise<string> => node.shell(`${PGBACKREST} repository`)

const quoted = (lines: string): string =>
  lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => `'${line}'`)
    .join(' ')
