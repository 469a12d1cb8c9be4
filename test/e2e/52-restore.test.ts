import assert from 'node:assert/strict'
import { assertHealthy, healthyCluster, primaryNow } from './cluster.ts'
import { IN_PLACE, archive, killedRestore, restore, sum, takeAway, wipe, write } from './restore.ts'
import { NODES, explain, onNode, psql, run } from './support.ts'

/** Kills the container of a restore when some of the backup is there, and says how far it had come. */
const CUT = `for i in $(seq 12000); do
    size=$(du -sk /data/postgres/pgdata.restore 2>/dev/null | cut -f 1)
    if [ "\${size:-0}" -gt 1024 ] && docker kill postgres-restore >/dev/null 2>&1; then
      cat /data/postgres/restore.report; ls /data/postgres/pgdata.restore; exit
    fi
    sleep 0.02
  done; exit 1`

describe('a restore', function () {
  this.timeout(600_000)
  let primary: string
  before(async () => {
    await healthyCluster()
    primary = await primaryNow()
  })

  it('of one dropped table is a copy beside the cluster, from where it is put back', async () => {
    const moment = await write(primary, 'orders', 1000)
    const before = await sum(primary, 'orders')
    await psql(primary, 'DROP TABLE orders')
    await archive(primary)
    const { stdout } = await restore('-e', `target-time=${moment}`)
    assert.equal(await sum(primary, 'orders', 'postgres-restore'), before)
    // The very words that it ends with.
    const [, command = ''] = new RegExp(`ssh ${primary} '(docker exec .*pg_dump .*)'`).exec(stdout) ?? []
    assert.match(command, /pg_dump/, stdout)
    await onNode(primary, command.replaceAll('-d app', '-d postgres').replace('TABLE', 'orders'))
    assert.equal(await sum(primary, 'orders'), before)
    // What somebody else keeps there stays, and so does the folder.
    await onNode(primary, 'echo mine > /data/restore/mine')
    await restore('-e', 'remove=yes')
    const left = 'docker ps -aq --filter name=postgres-restore; ls -A /data/restore 2>&1; true'
    assert.equal(await onNode(primary, left), 'mine')
    await onNode(primary, 'rm /data/restore/mine')
    await restore('-e', 'remove=yes')
    assert.match(await onNode(primary, left), /No such file/)
  })

  it('to a target in the hole of one repository takes another node’s, and says why', async () => {
    await archive(primary)
    const segment = await psql(primary, 'SELECT pg_walfile_name(pg_current_wal_lsn())')
    const moment = await write(primary, 'orders', 1)
    await archive(primary)
    await archive(primary)
    const file = await onNode(primary, `ls /data/backups/archive/main/*/*/${segment}-*`)
    await onNode(primary, `mv ${file} /root/hole`)
    const dry = await run('restore', '--check', '-e', `target-time=${moment}`, '-e', 'in-place=yes')
    assert.equal(dry.code, 0, explain(dry))
    assert.doesNotMatch(dry.stdout, new RegExp(`from the repository of ${primary}`))
    assert.match(dry.stdout, new RegExp(`not ${primary}: .*${segment} is missing`))
    const told = await run('restore', '--check', '-e', `target-time=${moment}`, '-e', `from=${primary}`)
    assert.equal(told.code, 1, explain(told))
    assert.match(told.stderr, /cannot be restored/)
    await onNode(primary, `mv /root/hole ${file}`)
  })

  it('in place is refused where nobody can be asked, and changes nothing', async () => {
    const refused = await run('restore', '-e', 'in-place=yes')
    assert.equal(refused.code, 1, explain(refused))
    assert.match(refused.stderr, /orders|rows in \d+ tables/)
    assert.match(refused.stderr, /-e overwrite=yes/)
    assert.equal(await onNode(primary, 'ls /data/postgres | grep restore.order; true'), '')
  })

  it('makes the whole cluster of one repository that was copied back, through a kill -9', async () => {
    await archive(primary)
    const before = await sum(primary, 'orders')
    const putBack = await takeAway('node-b', '/data/backups')
    await wipe(NODES)
    await putBack('node-b')
    const site = await run('site')
    assert.equal(site.code, 1, explain(site))
    assert.match(site.stderr, /node-b holds backups of a cluster, but no node has its data/)
    // First the container, while it fetches the backup, then the runner.
    const cut = onNode('node-b', CUT)
    const torn = await run('restore', ...IN_PLACE)
    assert.equal(torn.code, 2, explain(torn))
    assert.match(await cut, /^state=running$/m, 'it had come further when it was killed')
    await killedRestore(/play restore/, 2_500, ...IN_PLACE)
    const unfinished = await run('site')
    assert.match(unfinished.stderr, /a restore of the cluster was interrupted/)
    const { stdout } = await restore(...IN_PLACE)
    assert.match(stdout, /The cluster is back, node-b is its primary/)
    for (const node of NODES) assert.equal(await sum(node, 'orders'), before, node)
    await assertHealthy('node-b')
  })
})
