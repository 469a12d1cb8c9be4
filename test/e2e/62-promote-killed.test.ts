import assert from 'node:assert/strict'
import { explain, onNode, psql, run, runJson, start, until } from './support.ts'
import { another, assertHealthy, healthyCluster, pause, primaryNow, timelineOf } from './cluster.ts'
import { compare, prepareLoad, startLoad } from './load/load.ts'

// 20 by hand.
const TIMES = Number(process.env['KILLS'] ?? 2)

describe('kill -9 in the middle of a promotion', function () {
  this.timeout(240_000 * TIMES)
  before(healthyCluster)

  it(`is mended by the same command, ${TIMES} times`, async () => {
    const whole = await duration()
    for (let i = 0; i < TIMES; i++) {
      const from = await primaryNow()
      const to = another(from)
      await prepareLoad(from)
      const load = await startLoad(another(from, to))
      await pause(500)
      const { child, done } = start(['promote', '-e', `to=${to}`])
      // One in each part of it, so that no part is left out by chance.
      const after = ((i + Math.random()) / TIMES) * whole
      setTimeout(() => child.kill('SIGKILL'), after)
      await done
      const again = await run('promote', '-e', `to=${to}`)
      // Killed late enough, there is nothing left to do, and that is said.
      if (again.code !== 0) assert.match(again.stderr, /is the primary already/, explain(again))
      const report = await load.stop()
      await until('one primary', async () => (await primaryNow()) === to)
      const { lost, doubled } = await compare(to, report)
      assert.deepEqual({ lost, doubled }, { lost: [], doubled: 0 }, `killed after ${after} ms`)
      console.log(
        `    killed after ${Math.round(after)} of ${whole} ms: ${to} is the primary, ${report.acknowledged.length} commits, none lost; writes waited ${report.longestGapMs} ms`,
      )
    }
    await runJson('site')
    await assertHealthy(await primaryNow())
  })

  it('is undone by site when nobody had taken over', async () => {
    const from = await primaryNow()
    const to = another(from)
    const timeline = await timelineOf(from)
    const { child, done } = start(['promote', '-e', `to=${to}`])
    // The fence is the first thing that is done, and the old primary takes a while to stop.
    await onNode(from, 'timeout 60 sh -c "until [ -e /data/postgres/fenced ]; do sleep 0.02; done"')
    child.kill('SIGKILL')
    await done
    assert.equal(await psql(to, 'SELECT pg_is_in_recovery()'), 't', `${to} had taken over already`)
    const site = await runJson('site')
    assert.equal(site.code, 0, explain(site))
    assert.equal(await timelineOf(from), timeline)
    await assertHealthy(from)
  })
})

/** How long a promotion takes that nobody kills, in milliseconds. */
async function duration(): Promise<number> {
  const begun = Date.now()
  const promote = await run('promote', '-e', `to=${another(await primaryNow())}`)
  assert.equal(promote.code, 0, explain(promote))
  return Date.now() - begun
}
