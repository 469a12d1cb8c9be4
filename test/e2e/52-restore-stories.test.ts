import assert from 'node:assert/strict'
import { existsSync, renameSync, rmSync } from 'node:fs'
import { resetNodes } from '../../docker/lab/lab.ts'
import { another, assertHealthy, healthyCluster, primaryNow } from './cluster.ts'
import { IN_PLACE, archive, killedRestore, restore, sum, takeAway, wipe, write } from './restore.ts'
import { DIR, NODES, explain, lab, onNode, psql, run, runJson } from './support.ts'

// Each takes minutes; what they have in common is tested by 52-restore. STORIES=1 tells them all.
const told = process.env['STORIES'] === undefined ? describe.skip : describe

told('the worst day', function () {
  this.timeout(600_000)
  let primary: string
  let before: string
  beforeEach(async () => {
    await healthyCluster()
    primary = await primaryNow()
    await write(primary, 'orders', 1000)
    await archive(primary)
    before = await sum(primary, 'orders')
  })

  const assertBack = async (node: string): Promise<void> => {
    for (const one of NODES) assert.equal(await sum(one, 'orders'), before, one)
    await assertHealthy(node)
    const [rows] = before.split('|')
    console.log(`    ${rows} rows before, ${rows} after, on all nodes; ${node} is the primary`)
  }

  it('a table is dropped, and the whole cluster goes back in place, through three kill -9', async () => {
    const moment = await write(primary, 'orders', 500)
    before = await sum(primary, 'orders')
    await psql(primary, 'DROP TABLE orders')
    await archive(primary)
    const wish = ['-e', `target-time=${moment}`, ...IN_PLACE]
    await killedRestore(/play stop/, 500, ...wish)
    await killedRestore(/play set aside/, 100, ...wish)
    await killedRestore(/play new and returning/, 3_000, ...wish)
    await restore(...wish)
    await assertBack(primary)
    const kept = await onNode(primary, 'ls -d /data/postgres/pgdata.replaced-* | wc -l')
    assert.ok(Number(kept) >= 1)
  })

  it('a replica loses its disk: site copies it anew, and its repository begins anew', async () => {
    const replica = another(primary)
    await wipe([replica])
    const site = await runJson('site')
    assert.equal(site.code, 0, explain(site))
    await assertBack(primary)
    await onNode(replica, 'docker exec -u postgres pgbackrest pgbackrest check')
  })

  it('the primary loses its disk: a replica takes over', async () => {
    await wipe([primary])
    const successor = another(primary)
    const promote = await runJson('promote', '-e', `to=${successor}`)
    assert.equal(promote.code, 0, explain(promote))
    const site = await runJson('site')
    assert.equal(site.code, 0, explain(site))
    await assertBack(successor)
  })

  it('all is lost but one node’s backups, and the secrets too', async () => {
    await wipe(NODES.slice(0, 2))
    await wipe(NODES.slice(2), 'backups')
    const secrets = `${DIR}/.run-playbook/secrets.age`
    renameSync(secrets, `${secrets}.lost`)
    await restore(...IN_PLACE)
    assert.ok(existsSync(secrets))
    await assertBack('node-c')
    rmSync(`${secrets}.lost`)
  })

  it('all nodes are new machines, and one repository was copied back as root', async () => {
    const putBack = await takeAway(another(primary), '/data/backups')
    await resetNodes(await lab())
    await putBack('node-a')
    const site = await run('site')
    assert.match(site.stderr, /node-a holds backups of a cluster/)
    const { stdout, stderr } = await restore(...IN_PLACE)
    console.log(`    ${(stdout + stderr).split('\n').filter((line) => /did not belong/.test(line))[0] ?? ''}`)
    await assertBack('node-a')
  })

  it('restored to now from each node’s own repository, nothing is missing', async () => {
    for (const node of NODES) {
      await restore('-e', `from=${node}`)
      assert.equal(await sum(node, 'orders', 'postgres-restore'), before, node)
    }
    await restore('-e', 'remove=yes')
  })
})
