import assert from 'node:assert/strict'
import { another, assertHealthy, healthyCluster, pause, primaryNow } from './cluster.ts'
import { compare, prepareLoad, startLoad } from './load/load.ts'
import { untilWell } from './repository.ts'
import { archive, restore } from './restore.ts'
import { NODES, explain, onNode, runJson } from './support.ts'

const PROMOTIONS = 5

describe(`after ${PROMOTIONS} promotions under load`, function () {
  this.timeout(900_000)

  it('each node’s own repository brings back all rows', async () => {
    await healthyCluster()
    await prepareLoad(await primaryNow())
    const load = await startLoad('node-c', 2)
    for (let i = 0; i < PROMOTIONS; i++) {
      await pause(1_000)
      const to = another(await primaryNow())
      const promote = await runJson('promote', '-e', `to=${to}`)
      assert.equal(promote.code, 0, explain(promote))
    }
    const report = await load.stop()
    const primary = await primaryNow()
    assert.deepEqual(await compare(primary, report), { lost: [], doubled: 0 })
    await assertHealthy(primary)
    // The hole that a promotion leaves in a repository is closed by the node itself.
    for (const node of NODES) await untilWell(node)
    await archive(primary)
    for (const node of NODES) {
      await restore('-e', `from=${node}`)
      const count = `docker exec -u postgres postgres-restore psql -XAtd load -c 'SELECT id FROM rows'`
      const rows = new Set((await onNode(node, count)).split('\n'))
      assert.deepEqual(
        report.acknowledged.filter((id) => !rows.has(id)),
        [],
        node,
      )
      console.log(`    ${node}: all ${report.acknowledged.length} rows`)
      await restore('-e', 'remove=yes')
    }
  })
})
