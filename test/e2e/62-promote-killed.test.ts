import assert from 'node:assert/strict'
import { NODES, explain, run, runJson, start, until } from './support.ts'
import { another, assertHealthy, healthyCluster, pause, primaryNow } from './cluster.ts'
import { compare, prepareLoad, startLoad } from './load/load.ts'

// 20 by hand.
const TIMES = Number(process.env['KILLS'] ?? 2)

describe('kill -9 in the middle of a promotion', function () {
  this.timeout(240_000 * TIMES)
  before(healthyCluster)

  it(`is mended by the same command, ${TIMES} times`, async () => {
    for (let i = 0; i < TIMES; i++) {
      const from = await primaryNow()
      const to = another(from)
      await prepareLoad(from)
      const load = await startLoad(another(from, to))
      await pause(500)
      const { child, done } = start(['promote', '-e', `to=${to}`])
      const after = 500 + Math.random() * 9_500
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
        `    killed after ${Math.round(after)} ms: ${to} is the primary, ${report.acknowledged.length} commits, none lost; writes waited ${report.longestGapMs} ms`,
      )
    }
    await runJson('site')
    await assertHealthy(await primaryNow())
    assert.equal(NODES.length, 3)
  })

  it('is undone by site when nobody had taken over', async () => {
    const from = await primaryNow()
    const to = another(from)
    const { child, done } = start(['promote', '-e', `to=${to}`, '--output', 'json'])
    let text = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      // The hand-over has just been announced as done.
      if (text.includes('"task":"hand over"') && !child.killed) child.kill('SIGKILL')
    })
    await done
    const site = await runJson('site')
    assert.equal(site.code, 0, explain(site))
    await assertHealthy(await primaryNow())
  })
})
