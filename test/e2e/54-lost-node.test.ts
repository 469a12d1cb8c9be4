import assert from 'node:assert/strict'
import { killNode, restartNode } from '../../docker/lab/lab.ts'
import { another, healthyCluster, pause, primaryNow } from './cluster.ts'
import { compare, prepareLoad, startLoad } from './load/load.ts'
import { pgbackrest, untilWell } from './repository.ts'
import { NODES, explain, lab, onNode, psql, run, until } from './support.ts'

// Ten minutes by hand: LOST_SECONDS=600.
const SECONDS = Number(process.env['LOST_SECONDS'] ?? 45)

// A segment each time, and never so many that the slot of the lost node gives up: that is 63-cut-off's to try.
const PACE_MS = Math.max(3_000, (SECONDS * 1000) / 80)

// A segment is closed every three seconds here and pushed in less than one, so that the one that was just closed may be seen waiting,
// and on a busy machine two more. Archiving that asked the lost node would wait io-timeout, 5 s, for each: six or more by the end.
const MOST_WAITING = 3

const failures = (node: string): Promise<string> => psql(node, 'SELECT failed_count FROM pg_stat_archiver')

/** Segments that PostgreSQL has archived by now and those that wait. */
const archive = async (node: string): Promise<{ archived: number; waiting: number }> => {
  const sql = `SELECT archived_count, (SELECT count(*) FROM pg_ls_archive_statusdir() WHERE name ~ '\\.ready$') FROM pg_stat_archiver`
  const [archived, waiting] = (await psql(node, sql)).split('|').map(Number)
  return { archived: archived as number, waiting: waiting as number }
}

describe('a node that is lost for a while', function () {
  this.timeout((SECONDS + 400) * 1000)

  it(`leaves the archives of the others alone, and its own is whole when it is back (${SECONDS} s)`, async () => {
    await healthyCluster()
    const primary = await primaryNow()
    const lost = another(primary)
    const others = NODES.filter((node) => node !== lost)
    for (const node of NODES) await untilWell(node)
    await prepareLoad(primary)
    const load = await startLoad(primary, 2)
    const before = await Promise.all(
      others.map(async (node) => ({ failed: await failures(node), ...(await archive(node)) })),
    )
    await killNode(await lab(), lost)
    const end = Date.now() + SECONDS * 1000
    let most = 0
    while (Date.now() < end) {
      await psql(primary, 'SELECT pg_switch_wal()')
      await pause(PACE_MS)
      for (const node of others) most = Math.max(most, (await archive(node)).waiting)
    }
    for (const [i, node] of others.entries()) {
      const { failed, archived } = before[i] as (typeof before)[number]
      assert.equal(await failures(node), failed, `${node} failed to archive`)
      await until(`${node} has archived all`, async () => (await archive(node)).waiting === 0)
      assert.ok((await archive(node)).archived - archived >= SECONDS / 10, `${node} archived next to nothing`)
    }
    assert.ok(
      most <= MOST_WAITING,
      `${most} segments waited on ${others.join(' or ')} while ${lost} was away`,
    )
    console.log(`    ${primary} and the third never had more than ${most} segments waiting`)
    await restartNode(await lab(), lost)
    const { lost: rows, doubled } = await compare(primary, await load.stop())
    assert.deepEqual({ rows, doubled }, { rows: [], doubled: 0 })
    await until(`${lost} is back`, async () => (await psql(lost, 'SELECT pg_is_in_recovery()')) === 't', 120)
    await until(
      `${lost} has the same archive`,
      async () => (await lastOf(lost)) === (await lastOf(primary)),
      180,
    )
    await untilWell(lost)
    assert.doesNotMatch(await pgbackrest(lost, 'repository'), /^(problem|twice|empty)/m)
    const drill = await run('drill', '-l', lost)
    assert.equal(drill.code, 0, explain(drill))
  })
})

const lastOf = (node: string): Promise<string> =>
  onNode(
    node,
    'ls /data/backups/archive/main/*/*/ | grep -oE "^[0-9A-F]{24}-[0-9a-f]{40}" | sort | tail -n 1',
  )
