import assert from 'node:assert/strict'
import { postgresSlot } from '../../../lib/modules/postgres/postgres-slot.ts'
import { converge, look } from './support/converge.ts'
import { type Shared, shared } from './support/shared.ts'

describe('postgres_slot', () => {
  let here: Shared
  before(async function () {
    this.timeout(300_000)
    here = await shared()
  })

  const slot = (args: Omit<Parameters<typeof postgresSlot>[1] & object, 'on'>) =>
    postgresSlot('a slot', { on: here.server.target, ...args } as never)

  it('is made, is left alone, is dropped', async () => {
    const task = slot({ name: 'node_b' })
    assert.deepEqual(await converge(here.channel, task), [{ what: 'slot', from: 'absent', to: 'physical' }])
    const { plan } = await look(here.channel, task)
    assert.equal(plan.because, 'physical, unused, WAL reserved')
    const gone = slot({ name: 'node_b', state: 'absent' })
    assert.deepEqual(await converge(here.channel, gone), [{ what: 'slot', from: 'physical', to: 'absent' }])
    assert.deepEqual(await converge(here.channel, gone), [])
  })

  it('reserves WAL when one without is there', async () => {
    await converge(here.channel, slot({ name: 'later', reserve: false }))
    const changes = await converge(here.channel, slot({ name: 'later' }))
    assert.deepEqual(changes, [{ what: 'wal', from: 'not reserved', to: 'reserved' }])
    assert.deepEqual(await converge(here.channel, slot({ name: 'later', reserve: false })), [])
  })

  it('may be logical, and belongs to a database then', async () => {
    await converge(here.channel, slot({ name: 'feed', type: 'logical' }))
    await assert.rejects(
      converge(here.channel, slot({ name: 'feed' })),
      /logical \(pgoutput, database postgres\), not physical/,
    )
    await converge(here.channel, slot({ name: 'feed', state: 'absent' }))
  })

  it('refuses names that PostgreSQL refuses, before anything is asked', () => {
    assert.throws(() => slot({ name: 'Node-B' }), /lower-case letters/)
    assert.throws(() => slot({ name: 'a', plugin: 'pgoutput' }), /only a logical slot/)
  })
})
