import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { assertHealthy, healthyCluster, primaryNow, slotOf } from './cluster.ts'
import { addNode, dropNode } from '../../docker/lab/lab.ts'
import { writeInventory } from './inventory.ts'
import { DIR, NODES, explain, lab, onNode, psql, run, runJson, until } from './support.ts'

describe('a node', function () {
  this.timeout(300_000)
  let inventory: string
  let primary: string
  let node: string
  before(async () => {
    await healthyCluster()
    primary = await primaryNow()
    node = NODES.find((one) => one !== primary && one !== 'node-a') ?? ''
    inventory = writeInventory(
      'two.ts',
      [new RegExp(`^ *'${node}': .*\\n`, 'm'), ''],
      [new RegExp(`, '${node}'`), ''],
    )
  })
  after(() => rmSync(`${DIR}/two.ts`, { force: true }))

  it('that is taken out of the inventory loses its slot', async () => {
    const site = await runJson('site', '-i', inventory)
    assert.equal(site.code, 0, explain(site))
    const slots = await psql(primary, 'SELECT slot_name FROM pg_replication_slots')
    assert.ok(!slots.includes(slotOf(node)), slots)
  })

  it('that is put into it becomes a replica', async () => {
    await onNode(node, 'docker rm -f postgres pgbackrest; rm -rf /data/postgres /data/backups')
    const site = await runJson('site')
    assert.equal(site.code, 0, explain(site))
    await assertHealthy(primary)
  })

  it('is copied anew on command, and not by mistake', async () => {
    const all = await run('reclone')
    assert.match(all.stderr, /no node was given/)
    const wrong = await run('reclone', '-l', primary)
    assert.match(wrong.stderr, /the primary is among/)
    const dry = await runJson('reclone', '-C', '-l', node)
    assert.deepEqual(dry.with('would-change'), [`${node}: postgres-replica › rejoins`], explain(dry))
    const born = await onNode(node, 'stat -c %i /data/postgres/pgdata')
    const reclone = await runJson('reclone', '-l', node)
    assert.equal(reclone.code, 0, explain(reclone))
    assert.notEqual(await onNode(node, 'stat -c %i /data/postgres/pgdata'), born)
    await assertHealthy(primary)
  })
})

describe('a fourth node', function () {
  this.timeout(400_000)
  let inventory: string
  const fourth = 'node-d'
  let primary: string
  before(async () => {
    await healthyCluster()
    primary = await primaryNow()
    await addNode(await lab(), fourth)
    inventory = writeInventory(
      'four.ts',
      [/^( *)'node-c': .*\n/m, `$&$1'${fourth}': { address: '10.88.0.14' },\n`],
      [/'node-c'\]/, `'node-c', '${fourth}']`],
    )
  })
  after(async () => {
    rmSync(`${DIR}/four.ts`, { force: true })
    await dropNode(await lab(), fourth)
  })

  const started = () =>
    Promise.all(NODES.map((one) => onNode(one, "docker inspect -f '{{.State.StartedAt}}' postgres")))
  const streaming = () => psql(primary, "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'")

  it('is a line in the inventory and site, and no other PostgreSQL is restarted for it', async () => {
    const before = await started()
    const site = await runJson('site', '-i', inventory)
    assert.equal(site.code, 0, explain(site))
    await until('three streaming replicas', async () => (await streaming()) === '3')
    assert.equal(await psql(fourth, 'SELECT pg_is_in_recovery()'), 't')
    assert.deepEqual(await started(), before)
    const again = await runJson('site', '-i', inventory)
    assert.deepEqual(again.with('changed', 'failed'), [], explain(again))
  })

  it('can be promoted, and hand over again', async () => {
    for (const to of [fourth, primary]) {
      const promote = await runJson('promote', '-i', inventory, '-e', `to=${to}`)
      assert.equal(promote.code, 0, explain(promote))
    }
  })

  it('leaves nothing behind when it is taken out', async () => {
    const before = await started()
    const site = await runJson('site')
    assert.equal(site.code, 0, explain(site))
    await assertHealthy(primary)
    assert.deepEqual(await started(), before)
  })
})
