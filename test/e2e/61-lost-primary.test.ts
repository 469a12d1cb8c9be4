import assert from 'node:assert/strict'
import { killNode, restartNode } from '../../docker/lab/lab.ts'
import {
  REPEAT,
  another,
  assertHealthy,
  checksum,
  failOver,
  healthyCluster,
  pause,
  primaryNow,
  timelineOf,
} from './cluster.ts'
import { compare, inLoad, knock, prepareLoad, startLoad } from './load/load.ts'
import { NODES, explain, lab, onNode, psql, run, runJson, until } from './support.ts'

async function comesBack(node: string, primary: string): Promise<void> {
  const [knocking, control] = [knock(node), knock(primary)]
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
  assert.ok((await control.stop()) > 0, 'the knocks are heard nowhere')
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

  it(`takes with it what its replicas had not received, and not one commit more, ${REPEAT} times`, async () => {
    const site = await runJson('site')
    assert.equal(site.code, 0, explain(site))
    for (let i = 0; i < REPEAT; i++) {
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
      const report = await load.stop()
      const shown = await shownLag(lost)
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
      assert.ok(missing.length >= 100, 'next to nothing was lost: the test proves little')
      assert.ok(Math.abs(lostWal - shown) <= shown / 10 + 65_536, 'status had shown something else')
      await comesBack(lost, next)
      await assertSame()
    }
  })
})

/** What `run-playbook status` says that the replica with the most has not replayed. */
async function shownLag(primary: string): Promise<number> {
  const { stdout } = await run('status', '--output', 'json')
  const line = stdout.split('\n').find((one) => one.startsWith('{"type":"report"')) ?? '{}'
  const { nodes } = (JSON.parse(line) as { readonly data?: Shown }).data ?? {}
  const standbys = nodes?.[primary]?.replication.standbys ?? []
  assert.equal(standbys.length, 2, `status shows no replicas of ${primary}: ${line.slice(0, 500)}`)
  return Math.min(...standbys.map(({ lagBytes }) => lagBytes))
}

interface Shown {
  readonly nodes?: Record<string, { replication: { standbys: { lagBytes: number }[] } }>
}
