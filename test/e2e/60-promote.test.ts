import assert from 'node:assert/strict'
import {
  REPEAT,
  another,
  assertHealthy,
  healthyCluster,
  median,
  pause,
  primaryNow,
  timelineOf,
} from './cluster.ts'
import { compare, prepareLoad, startLoad } from './load/load.ts'
import { NODES, explain, onNode, psql, run, runJson, until } from './support.ts'

describe('a planned promotion', function () {
  this.timeout(240_000 * REPEAT)
  before(healthyCluster)

  it('is foretold by a dry run that changes nothing', async () => {
    const primary = await primaryNow()
    const dry = await runJson('promote', '-C', '-e', `to=${another(primary)}`)
    assert.equal(dry.code, 0, explain(dry))
    assert.deepEqual(dry.with('changed', 'failed'), [])
    assert.match(dry.with('would-change').join('\n'), /hand over[\s\S]*promote/)
    assert.equal(await primaryNow(), primary)
  })

  it(`loses no acknowledged commit and takes one step of the timeline, ${REPEAT} times`, async () => {
    const gaps: number[] = []
    for (let i = 0; i < REPEAT; i++) {
      const from = await primaryNow()
      const to = another(from)
      await prepareLoad(from)
      const timeline = await timelineOf(from)
      const load = await startLoad(another(from, to))
      await pause(2_000)
      const promote = await runJson('promote', '-e', `to=${to}`)
      await pause(500)
      const report = await load.stop()
      assert.equal(promote.code, 0, explain(promote))
      assert.equal(await timelineOf(to), timeline + 1)
      const stated = new RegExp(`^\\d+ ${timeline + 1} ${await psql(to, 'SHOW listen_addresses')} `)
      for (const node of NODES) assert.match(await psql(node, 'SHOW run_playbook.promotion'), stated, node)
      const { lost, doubled } = await compare(to, report)
      assert.deepEqual({ lost, doubled }, { lost: [], doubled: 0 })
      assert.ok(report.acknowledged.length > 50, 'the load wrote next to nothing')
      gaps.push(report.longestGapMs)
      console.log(
        `    ${from} → ${to}: ${report.acknowledged.length} commits, none lost; writes waited ${report.longestGapMs} ms`,
      )
      await assertHealthy(to)
    }
    console.log(`    writes waited ${median(gaps)} ms (median of ${gaps.length})`)
  })

  it('is found by libpq with a list of hosts', async () => {
    const hosts = '10.88.0.11,10.88.0.12,10.88.0.13'
    const primary = await primaryNow()
    const found = await onNode(
      another(primary),
      `docker exec -e PGPASSWORD=load postgres psql -XAt "host=${hosts} user=load dbname=load target_session_attrs=read-write" -c "SELECT inet_server_addr()"`,
    )
    assert.equal(found, (await psql(primary, 'SHOW listen_addresses')).trim())
  })
})

describe('a promotion that must not be', function () {
  this.timeout(240_000)
  let primary: string
  let replica: string
  before(async () => {
    await healthyCluster()
    primary = await primaryNow()
    replica = another(primary)
  })

  async function refused(reason: RegExp, ...args: string[]): Promise<void> {
    const timeline = await timelineOf(primary)
    const outcome = await run('promote', '-e', ...args)
    assert.equal(outcome.code, 1, explain(outcome))
    assert.match(outcome.stderr, reason)
    assert.match(outcome.stderr, /Nothing was changed/)
    assert.equal(await primaryNow(), primary)
    assert.equal(await timelineOf(primary), timeline)
  }

  it('is refused to an unknown node', () => refused(/there is no node node-x/, 'to=node-x'))
  it('is refused to the primary', () => refused(/is the primary already/, `to=${primary}`))

  it('is refused with --limit, which would leave the old primary open', async () => {
    const outcome = await run('promote', '-e', `to=${replica}`, '-l', replica)
    assert.equal(outcome.code, 1, explain(outcome))
    assert.match(outcome.stderr, /--limit leaves out .*node/)
    assert.equal(await primaryNow(), primary)
  })

  it('is refused to a primary whose PostgreSQL is stopped: nobody is to take over from it', async () => {
    await onNode(primary, 'docker stop postgres')
    try {
      const outcome = await run('promote', '-e', `to=${primary}`)
      assert.equal(outcome.code, 1, explain(outcome))
      assert.match(outcome.stderr, /is the primary already, but PostgreSQL is not running on it/)
    } finally {
      await onNode(primary, 'docker start postgres')
    }
    await until('it accepts writes again', async () => (await primaryNow()) === primary)
  })

  it('is refused to a node that is down', async () => {
    await onNode(replica, 'systemctl stop ssh.socket ssh 2>/dev/null; true')
    try {
      await refused(/cannot be reached/, `to=${replica}`)
    } finally {
      await onNode(replica, 'systemctl start ssh')
    }
  })

  it('is refused to a node whose PostgreSQL is down', async () => {
    await onNode(replica, 'docker stop postgres')
    try {
      await refused(/is not running/, `to=${replica}`)
    } finally {
      await onNode(replica, 'docker start postgres')
    }
  })

  it('is refused to a node whose replay is paused', async () => {
    await healthyCluster()
    await psql(replica, 'SELECT pg_wal_replay_pause()')
    try {
      await psql(
        primary,
        "SELECT pg_logical_emit_message(false, 'x', repeat('x', 100000)) FROM generate_series(1, 20)",
      )
      // It lags too, which alone would be a reason; what keeps it from catching up is said first.
      await refused(/replay is paused on/, `to=${replica}`, '-e', 'max-lag=100000')
    } finally {
      await psql(replica, 'SELECT pg_wal_replay_resume()')
    }
  })

  it('is refused while the primary is only unreachable from here', async () => {
    await onNode(primary, 'systemctl stop ssh.socket ssh 2>/dev/null; true')
    try {
      await refused(/still receives WAL from it/, `to=${replica}`)
    } finally {
      await onNode(primary, 'systemctl start ssh')
    }
  })

  it('and none of them left anything behind', () => assertHealthy(primary))
})
