import assert from 'node:assert/strict'
import { explain, onNode, psql, runJson, start } from './support.ts'
import { another, assertHealthy, healthyCluster, primaryNow, timelineOf } from './cluster.ts'

describe('kill -9 in the middle of a promotion', function () {
  this.timeout(480_000)
  before(healthyCluster)

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
