import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { until } from '../../docker/lab/run.ts'
import { Cluster } from './support/cluster.ts'
import type { Node } from './support/node.ts'

/** Long enough for it to have asked twice, had it a reason to. */
const TWO_ROUNDS = 14_000

describe('image: a primary that was replaced while it lived', function () {
  this.timeout(900_000)
  let cluster: Cluster
  let old: Node
  let next: Node
  let stranger: Node

  before(async () => {
    cluster = await Cluster.create()
    ;[old, next, stranger] = [cluster.node('a'), cluster.node('b'), cluster.node('c')]
    await old.start({ mode: 'primary', shell: 'busybox', options: ['--restart', 'unless-stopped'] })
    await next.start({ mode: 'replica' })
    await next.healthy()
  })
  after(() => cluster.remove())

  it('watches beside PostgreSQL, as a child of process 1, without a word', async () => {
    await old.healthy()
    // The last words of a start: a standby is healthy before it.
    await until('no streaming replica', 120_000, async () =>
      /started streaming WAL/.test(await next.logs()) ? true : undefined,
    )
    const before = [await old.logs(), await next.logs()]
    await pause(TWO_ROUNDS)
    assert.deepEqual([await old.logs(), await next.logs()], before)
    const parents = () =>
      old.shell(
        'for p in /proc/[0-9]*; do tr "\\0" " " < $p/cmdline | grep -q "^[^ ]*sh [^ ]*entrypoint.sh" && grep PPid $p/status; done; true',
      )
    // While it asks, a child of its own has the same name until it becomes another program.
    await until('not one child of process 1', 30_000, async () =>
      /^PPid:\s+1\n$/.test(await parents()) ? true : undefined,
    )
  })

  it('goes on when nobody answers, and beside another cluster with a higher timeline', async () => {
    await stranger.start({ mode: 'primary', env: { POSTGRES_PEERS: '' } })
    await stranger.healthy()
    await stranger.stop()
    // A standby asks nobody, and its promotion is the only way to a timeline.
    await stranger.onVolume('touch pgdata/standby.signal')
    await stranger.start({})
    await stranger.healthy()
    await stranger.sql('SELECT pg_promote()')
    await next.stop()
    await pause(TWO_ROUNDS)
    assert.match(await old.healthy(), /^primary/)
    assert.equal(await old.inspect('{{.RestartCount}}'), '0')
  })

  it('ends when a peer was promoted, and what Docker starts again stays closed', async () => {
    await next.again()
    await next.healthy()
    await next.sql('SELECT pg_promote()')
    await old.sickBecause(/another node took over .*, timeline 2, found/)
    await assert.rejects(old.sql('SELECT 1'))
    assert.equal(await old.inspect('{{.RestartCount}}'), '1')
    assert.match(await old.logs(), /is the primary \(timeline 2; this node is on timeline 1\): stopping/)
    assert.match(await next.healthy(), /^primary/)
  })

  it('and does not keep the new one from stopping', async () => {
    const { exitCode, seconds } = await next.stop()
    assert.equal(exitCode, 0)
    assert.ok(seconds < 5, `took ${seconds} s`)
  })
})
