import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { until } from '../../docker/lab/run.ts'
import { signed } from '../../lib/cluster/status/statement.ts'
import { signature, signingPrivateKey, signingPublicKey } from '../../lib/secrets/signing.ts'
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

describe('image: a primary that knows whom the operator has promoted', function () {
  this.timeout(900_000)
  const key = signingPrivateKey()
  let cluster: Cluster
  let folder: string
  let old: Node
  let next: Node
  let third: Node

  before(async () => {
    cluster = await Cluster.create()
    folder = await mkdtemp(join(tmpdir(), 'promotion-'))
    await writeFile(join(folder, 'promotion.pub'), signingPublicKey(key) ?? '', { mode: 0o644 })
    const options = ['--volume', `${join(folder, 'promotion.pub')}:/etc/postgresql/promotion.pub:ro`]
    ;[old, next, third] = [cluster.node('a'), cluster.node('b'), cluster.node('c')]
    await old.start({
      mode: 'primary',
      shell: 'busybox',
      options: [...options, '--restart', 'unless-stopped'],
    })
    await Promise.all([next, third].map((node) => node.start({ mode: 'replica', options })))
    await Promise.all([next.healthy(), third.healthy()])
  })
  after(async () => {
    await cluster?.remove()
    await rm(folder, { recursive: true, force: true })
  })

  /** Has the node that was promoted hand on a statement, in the configuration that it made of its variables. */
  const handOn = async (privateKey: string) => {
    const systemIdentifier = await old.sql('SELECT system_identifier FROM pg_control_system()')
    const statement = { systemIdentifier, timeline: 2, address: next.address }
    const text = signed(statement, (words) => [signature(words, privateKey) ?? ''])
    await next.shell(`echo "run_playbook.promotion = '${text}'" >> /run/run-playbook/postgresql.conf`)
    await next.sql('SELECT pg_reload_conf()')
  }
  const stayed = async () => {
    await pause(TWO_ROUNDS)
    assert.match(await old.healthy(), /^primary/)
    assert.equal(await old.inspect('{{.RestartCount}}'), '0')
  }

  it('stays open for the word of a peer while another node follows it, and says so once', async () => {
    await next.sql('SELECT pg_promote()')
    await until(
      'it says so',
      120_000,
      async () => /that promotion is not signed/.test(await old.logs()) || undefined,
    )
    await stayed()
    const said = (await old.logs()).match(/^entrypoint: warning: .*$/gm) ?? []
    assert.deepEqual(said, [
      `entrypoint: warning: ${next.address} says that it is the primary (timeline 2; this node is on timeline 1), but that promotion is not signed, and ${third.address} still follows this node: staying open. See docs/second-day.md`,
    ])
  })

  it('stays open for a statement that somebody else has signed', async () => {
    await handOn(signingPrivateKey())
    await stayed()
  })

  it('ends for what the operator has signed, and stays closed', async () => {
    await handOn(key)
    await old.sickBecause(/another node took over \(\S+, timeline 2, found \S+\)$/)
    assert.match(await old.logs(), /is the primary \(timeline 2; this node is on timeline 1\): stopping/)
    assert.match(await next.healthy(), /^primary/)
  })
})
