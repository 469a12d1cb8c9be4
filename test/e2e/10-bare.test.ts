import assert from 'node:assert/strict'
import { firstRun } from './first-run.ts'
import {
  NODES,
  difference,
  explain,
  freshLab,
  listing,
  onNode,
  psql,
  run,
  runJson,
  until,
  type JsonOutcome,
} from './support.ts'

describe('bare nodes', function () {
  this.timeout(1_800_000)
  let dry: JsonOutcome
  before(freshLab)

  it('are told what would change, and not touched', async () => {
    const before = await Promise.all(NODES.map(listing))
    dry = await runJson('site', '--check')
    assert.equal(dry.code, 0, explain(dry))
    assert.deepEqual(dry.with('failed'), [])
    assert.ok(dry.with('would-change').length > 0)
    const after = await Promise.all(NODES.map(listing))
    assert.deepEqual(
      before.map((lines, i) => difference(lines, after[i] ?? [])),
      [[], [], []],
    )
  })

  it('make --detailed-exitcode exit with 3', async () => {
    const { code } = await run('site', '--check', '--detailed-exitcode')
    assert.equal(code, 3)
  })

  it('become a cluster, and nothing changes that the dry run had called ok', async () => {
    const site = await firstRun()
    assert.equal(site.code, 0, explain(site))
    const promised = new Set(dry.with('ok'))
    assert.deepEqual(
      site.with('changed').filter((task) => promised.has(task)),
      [],
    )
  })

  it('stream to both replicas through their own slots', async () => {
    const standbys =
      'SELECT application_name, state, slot_name FROM pg_stat_replication JOIN pg_replication_slots ON active_pid = pid ORDER BY 1'
    const wanted = 'node_10_88_0_12|streaming|node_10_88_0_12\nnode_10_88_0_13|streaming|node_10_88_0_13'
    let seen = ''
    // One that is connected may still be catching up.
    await until('two standbys that stream', async () => {
      seen = await psql('node-a', standbys)
      if (seen === wanted) return true
      throw new Error(seen)
    })
    assert.equal(seen, wanted)
    await psql('node-a', "CREATE TABLE seen AS SELECT 'hello' AS word")
    for (const node of ['node-b', 'node-c']) {
      await until(`the row on ${node}`, async () => (await psql(node, 'SELECT word FROM seen')) === 'hello')
      assert.equal(await psql(node, 'SELECT pg_is_in_recovery()'), 't')
    }
  })

  it('have nothing to do in the next run', async () => {
    const again = await runJson('site')
    assert.equal(again.code, 0, explain(again))
    assert.deepEqual(again.with('changed', 'failed'), [])
    const check = await runJson('site', '--check', '--detailed-exitcode')
    assert.equal(check.code, 0, explain(check))
    assert.deepEqual(check.with('would-change', 'unknown', 'failed'), [])
  })

  it('are seen the same by one task at a time', async () => {
    const single = await runJson('site', '--check', '--no-batch')
    assert.deepEqual(single.with('would-change', 'unknown', 'failed'), [])
  })

  it('are a row each in the status', async () => {
    const status = await run('status')
    assert.equal(status.code, 0, explain(status))
    assert.match(status.stdout, /^node-a +primary +2, /m)
    assert.match(status.stdout, /^node-b +replica +[\d.]+ [kM]?B /m)
  })

  it('listen on the overlay only', async () => {
    for (const node of NODES) {
      const listening = await onNode(node, "ss -ltnH | awk '{print $4}' | grep ':5432$' | sort -u")
      assert.match(listening, /^10\.88\.0\.1[123]:5432$/)
    }
  })
})
