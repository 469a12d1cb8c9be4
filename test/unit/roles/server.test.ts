import assert from 'node:assert/strict'
import { sql } from '../../../lib/postgres/channel.ts'
import { leftoverSlots } from '../../../roles/postgres-node/leftover-slots.ts'
import { followed } from '../../../roles/postgres-primary/followed.ts'
import { backupFree } from '../../../roles/postgres-node/backup-free.ts'
import { promoted } from '../../../roles/postgres-promote/promoted.ts'
import { converge, look } from '../postgres/support/converge.ts'
import { type Shared, shared } from '../postgres/support/shared.ts'

describe('what the roles of a node ask its server', function () {
  let here: Shared
  before(async function () {
    this.timeout(300_000)
    here = await shared()
  })
  const plan = async (task: Parameters<typeof look>[1]) => (await look(here.channel, task)).plan

  it('is how many replicas follow it, for a minute', async () => {
    const task = followed('is followed', { on: here.server.target, replicas: 2 })
    assert.deepEqual((await plan(task)).changes, [{ what: 'replicas that follow', from: 0, to: 2 }])
    assert.equal(task.module.waits?.(task.args).timeoutMs, 60_000)
    const alone = followed('is followed', { on: here.server.target, replicas: 0 })
    assert.deepEqual((await plan(alone)).changes, [])
  })

  it('is whether a backup runs', async () => {
    const task = backupFree('no backup', { on: here.server.target, seconds: 120 })
    assert.deepEqual((await plan(task)).changes, [])
    assert.equal(task.module.waits?.(task.args).timeoutMs, 120_000)
  })

  it('is whether it was promoted', async () => {
    const task = promoted('promote', { on: here.server.target, slots: [], from: 'node-a' })
    assert.equal((await plan(task)).because, 'it is the primary')
  })

  it('is which slots nobody needs, and those are dropped', async () => {
    for (const name of ['node_1', 'node_2', 'other'])
      await here.channel.run(sql(`SELECT pg_create_physical_replication_slot('${name}')`, here.server.target))
    const task = leftoverSlots('no other slots', { on: here.server.target, keep: ['node_2'] })
    assert.deepEqual(await converge(here.channel, task), [{ what: 'slot', from: 'node_1', to: 'absent' }])
    for (const name of ['node_2', 'other'])
      await here.channel.run(sql(`SELECT pg_drop_replication_slot('${name}')`, here.server.target))
  })
})
