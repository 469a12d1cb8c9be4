import assert from 'node:assert/strict'
import { killNode, restartNode } from '../../docker/lab/lab.ts'
import {
  REPEAT,
  another,
  assertHealthy,
  checksum,
  healthyCluster,
  pause,
  primaryNow,
  timelineOf,
} from './cluster.ts'
import { compare, inLoad, prepareLoad, startLoad } from './load/load.ts'
import { NODES, explain, lab, onNode, psql, run, runJson, until } from './support.ts'

/** Promotes whoever has the most, as an operator would: the first try may be told to take the other one. */
async function failOver(wish: string, other: string, ...args: string[]): Promise<string> {
  const started = Date.now()
  const first = await run('promote', '-e', `to=${wish}`, ...args)
  if (first.code === 0) {
    console.log(`    promoted ${wish} in ${Date.now() - started} ms`)
    return wish
  }
  assert.match(first.stderr, new RegExp(`${other} has received more`), explain(first))
  const second = await run('promote', '-e', `to=${other}`, ...args)
  assert.equal(second.code, 0, explain(second))
  console.log(`    promoted ${other}, which had more than ${wish}, in ${Date.now() - started} ms`)
  return other
}

/** Tries to write to a node again and again. */
function knock(node: string): { stop(): Promise<number> } {
  let running = true
  let accepted = 0
  const done = (async () => {
    while (running) {
      await inLoad(node, "INSERT INTO rows VALUES ('knocked')").then(
        () => accepted++,
        () => {},
      )
      await pause(200)
    }
    return accepted
  })()
  return { stop: () => ((running = false), done) }
}

async function comesBack(node: string, primary: string): Promise<void> {
  const knocking = knock(node)
  await restartNode(await lab(), node)
  await until(
    `${node} says why it does not start`,
    async () =>
      /took over|is the primary|follows timeline/.test(
        await onNode(node, 'docker logs --tail 5 postgres 2>&1'),
      ),
    90,
  )
  const site = await runJson('site')
  assert.equal(await knocking.stop(), 0, `${node} accepted a write`)
  assert.equal(site.code, 0, explain(site))
  assert.ok(site.with('changed').includes(`${node}: postgres-replica › rejoins`), explain(site))
  await assertHealthy(primary)
}

async function assertSame(): Promise<void> {
  const sums = async () => new Set(await Promise.all(NODES.map(checksum)))
  await until('the same rows on all nodes', async () => (await sums()).size === 1)
}

describe('a lost primary', function () {
  this.timeout(400_000 * REPEAT)
  before(healthyCluster)

  it(`takes no commit with it where they are synchronous, and a full circle ends where it began, ${REPEAT} times`, async () => {
    const synchronous = ['-e', 'synchronous=true']
    for (let i = 0; i < REPEAT; i++) {
      const site = await runJson('site', ...synchronous)
      assert.equal(site.code, 0, explain(site))
      const lost = await primaryNow()
      const [from, third] = NODES.filter((node) => node !== lost) as [string, string]
      await prepareLoad(lost)
      const timeline = await timelineOf(lost)
      const load = await startLoad(from)
      await pause(2_000)
      await killNode(await lab(), lost)
      const next = await failOver(from, third, ...synchronous)
      await pause(2_000)
      const report = await load.stop()
      const missing = await compare(next, report)
      console.log(
        `    ${lost} lost: ${report.acknowledged.length} commits; writes waited ${report.longestGapMs} ms`,
      )
      assert.deepEqual(missing, { lost: [], doubled: 0 })
      assert.equal(await timelineOf(next), timeline + 1)
      await comesBack(lost, next)
      await assertSame()
      for (const [from, to] of [
        [next, another(next, lost)],
        [another(next, lost), lost],
      ] as const) {
        const back = await runJson('promote', '-e', `to=${to}`)
        assert.equal(back.code, 0, `${from} → ${to}: ${explain(back)}`)
      }
      await assertHealthy(lost)
      await assertSame()
    }
  })

  it('takes with it what its replicas had not received, and not one commit more', async () => {
    const lost = await primaryNow()
    const [wish, other] = NODES.filter((node) => node !== lost) as [string, string]
    await prepareLoad(lost)
    const load = await startLoad(lost)
    await until(
      'rows on a replica',
      async () => Number(await inLoad(other, 'SELECT count(*) FROM rows')) > 100,
    )
    // The replicas are cut off, and the primary goes on without them: that is what asynchronous means.
    await onNode(lost, 'iptables -A OUTPUT -o wg0 -j DROP; iptables -A INPUT -i wg0 -j DROP')
    await pause(3_000)
    const behind = `SELECT min(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)) FROM pg_stat_replication`
    const shown = Number(await psql(lost, behind))
    assert.ok(shown > 0, 'the primary shows no lag')
    const report = await load.stop()
    const end = await psql(lost, 'SELECT pg_current_wal_lsn()')
    const counts = await Promise.all([wish, other].map((node) => inLoad(node, 'SELECT count(*) FROM rows')))
    await killNode(await lab(), lost)
    const next = await failOver(wish, other)
    const { lost: missing, doubled } = await compare(next, report)
    const fork = await onNode(
      next,
      'cat $(ls /data/postgres/pgdata/pg_wal/*.history | tail -n 1) | tail -n 1 | cut -f 2',
    )
    const lostWal = Number(await psql(next, `SELECT pg_wal_lsn_diff('${end}', '${fork}')`))
    console.log(
      `    ${report.acknowledged.length} commits, ${missing.length} lost; status had shown ${shown} bytes of lag, ${lostWal} bytes of WAL are lost`,
    )
    assert.equal(report.acknowledged.length - missing.length, Math.max(...counts.map(Number)))
    assert.equal(doubled, 0)
    assert.ok(missing.length > 0 && Math.abs(lostWal - shown) <= shown / 10 + 65_536)
    await comesBack(lost, next)
    await assertSame()
  })
})
