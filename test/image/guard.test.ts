import assert from 'node:assert/strict'
import { Cluster } from './support/cluster.ts'
import type { Node } from './support/node.ts'

describe('image: never two primaries', function () {
  this.timeout(900_000)
  let cluster: Cluster
  let old: Node
  let promoted: Node
  let third: Node

  before(async () => {
    cluster = await Cluster.create()
    ;[old, promoted, third] = [cluster.node('a'), cluster.node('b'), cluster.node('c')]
    await old.start({ mode: 'primary', shell: 'busybox' })
    await promoted.start({ mode: 'replica' })
    await promoted.healthy()
    // A cluster of its own, made while it knew of nobody.
    await third.start({ mode: 'primary', shell: 'busybox', env: { POSTGRES_PEERS: '' } })
    await third.healthy()
  })
  after(() => cluster.remove())

  it('a cluster with another identity does not join', async () => {
    await third.start({ mode: 'primary' })
    await third.sickBecause(/belongs to another cluster \(system identifier \d+; that of this node is \d+\)/)
  })

  it('a new cluster is not made beside a living one', async () => {
    await third.destroy()
    await third.start({ mode: 'primary', shell: 'busybox' })
    await third.sickBecause(/not creating a new cluster: .* already runs PostgreSQL/)
    const { seconds, exitCode } = await third.stop()
    assert.ok(seconds < 2, `took ${seconds} s`)
    assert.equal(exitCode, 0)
    assert.doesNotMatch(await third.onVolume('ls'), /^pgdata$/m)
  })

  it('the old primary stays up and closed once another was promoted', async () => {
    await old.stop()
    await promoted.sql('SELECT pg_promote()')
    const health = ['--health-interval=1s', '--health-retries=1', '--health-start-period=0s']
    await old.start({ shell: 'busybox', env: { POSTGRES_PRIMARY_HOST: promoted.address }, options: health })
    // The fence that it writes at once is the reason from then on.
    await old.sickBecause(/is the primary \(timeline 2|another node took over/)
    assert.match(
      await old.logs(),
      /entrypoint: not starting as a primary: .* is the primary \(timeline 2; this node is on timeline 1\)/,
    )
    assert.match(
      await old.inspect('{{.State.Status}} {{.State.Health.Status}}'),
      /^running (unhealthy|starting)$/,
    )
  })

  it('and follows the new one as soon as it is told to be a standby', async () => {
    await old.shell('touch $PGDATA/standby.signal')
    await promoted.sql(
      `SELECT pg_create_physical_replication_slot('node_${old.address.replaceAll('.', '_')}')`,
    )
    // Only then it has the timeline that the next test has it leave.
    await old.streams()
    assert.equal(await old.inspect('{{.RestartCount}}'), '0')
  })

  it('one replica on the new timeline is enough to stop an old primary', async () => {
    await promoted.stop()
    // The fence is the guard's own, of the test before.
    await promoted.onVolume('rm -f pgdata/standby.signal fenced')
    await old.sql('SELECT pg_promote()')
    await old.shell('touch $PGDATA/standby.signal')
    await old.stop()
    await old.again()
    await old.healthy()
    await promoted.start({ mode: 'primary' })
    const reason = /follows timeline 3 and this node is on timeline 2: another node was promoted/
    // The fence that it writes at once is the reason from then on.
    await promoted.sickBecause(new RegExp(`${reason.source}|another node took over .*, timeline 3, found`))
    assert.match(await promoted.logs(), reason)
    await promoted.stop()
  })

  it('a fence keeps a primary closed when nobody can be asked, and its removal opens it', async () => {
    await old.stop()
    await promoted.onVolume('echo "node-a, 2026-11-22" > fenced')
    await promoted.start({ mode: 'primary', env: { POSTGRES_GUARD_PATIENCE: '2' } })
    await promoted.sickBecause(/another node took over \(node-a, 2026-11-22\)/)
    await promoted.shell('rm $PGDATA/../fenced')
    await promoted.healthy(/^primary/)
    await promoted.stop()
  })

  it('a primary that hears nobody waits a little, then goes on', async () => {
    // It asks each of them once, which takes seconds, before its patience may end.
    await promoted.start({ mode: 'primary', shell: 'busybox', env: { POSTGRES_GUARD_PATIENCE: '20' } })
    assert.match(await promoted.healthy(), /^primary/)
    assert.match(await promoted.logs(), /no answer yet from .*; starting without an answer after 20 s/)
  })
})
