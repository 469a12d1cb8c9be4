import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { assertHealthy, healthyCluster, primaryNow, slotOf } from './cluster.ts'
import { DIR, NODES, explain, onNode, psql, runJson } from './support.ts'

describe('a node', function () {
  this.timeout(300_000)
  let inventory: string
  let primary: string
  let node: string
  before(async () => {
    await healthyCluster()
    primary = await primaryNow()
    node = NODES.find((one) => one !== primary && one !== 'node-a') ?? ''
    inventory = resolve(`${DIR}/two.ts`)
    const text = readFileSync('inventory.ts', 'utf8')
    const two = text
      .replace(new RegExp(`^ *'${node}': .*\\n`, 'm'), '')
      .replace(new RegExp(`, '${node}'`), '')
    writeFileSync(inventory, two.replace(/declare module[\s\S]*/, ''))
  })
  after(() => rmSync(inventory, { force: true }))

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
    const all = await runJson('reclone').catch((error: Error) => error)
    assert.match(String(all), /which node\?/)
    const wrong = await runJson('reclone', '-l', primary).catch((error: Error) => error)
    assert.match(String(wrong), /the primary is among/)
    const dry = await runJson('reclone', '-C', '-l', node)
    assert.deepEqual(dry.with('would-change'), [`${node}: postgres-replica › rejoins`], explain(dry))
    const born = await onNode(node, 'stat -c %i /data/postgres/pgdata')
    const reclone = await runJson('reclone', '-l', node)
    assert.equal(reclone.code, 0, explain(reclone))
    assert.notEqual(await onNode(node, 'stat -c %i /data/postgres/pgdata'), born)
    await assertHealthy(primary)
  })
})
