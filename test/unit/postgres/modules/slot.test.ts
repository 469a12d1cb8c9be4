import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { reveal } from '../../../../lib/core/secret.ts'
import type { PostgresSlotArgs } from '../../../../lib/postgres/modules/slot/args.ts'
import { postgresSlot } from '../../../../lib/postgres/modules/slot/module.ts'
import { sql } from '../../../../lib/postgres/channel.ts'
import { converge, look } from '../support/converge.ts'
import { postgresPrograms } from '../support/install.ts'
import { type Shared, shared } from '../support/shared.ts'

describe('postgres_slot', function () {
  let here: Shared
  before(async function () {
    this.timeout(300_000)
    here = await shared()
  })

  const slot = (args: Omit<PostgresSlotArgs, 'on'>) =>
    postgresSlot('a slot', { on: here.server.target, ...args })

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

  it('makes a lost one again and says what that means', async () => {
    const task = slot({ name: 'lagging' })
    await converge(here.channel, task)
    const forget = `SELECT pg_logical_emit_message(false, 'a', 'b'); SELECT pg_switch_wal()`
    for (let i = 0; i < 4; i++) await here.channel.run(sql(forget, here.server.target))
    await here.channel.run(sql('CHECKPOINT', here.server.target))
    const lost = {
      what: 'wal',
      from: 'lost',
      to: 'reserved from now on; the replica that used this slot must be re-cloned',
    }
    assert.deepEqual(await converge(here.channel, task), [lost])
    await converge(here.channel, slot({ name: 'lagging', state: 'absent' }))
  })

  it('is not dropped while it is in use', async function () {
    await converge(here.channel, slot({ name: 'busy' }))
    const replica = receive('busy')
    try {
      await until(
        async () =>
          (await look(here.channel, slot({ name: 'busy' }))).plan.because?.includes('in use') === true,
      )
      await assert.rejects(look(here.channel, slot({ name: 'busy', state: 'absent' })), /busy is in use/)
    } finally {
      replica.kill()
    }
    await until(
      async () =>
        (await look(here.channel, slot({ name: 'busy' }))).plan.because?.includes('unused') === true,
    )
    await converge(here.channel, slot({ name: 'busy', state: 'absent' }))
  })

  /** Somebody who uses a slot, as a replica would. */
  function receive(name: string): ChildProcess {
    const { host, port, password } = here.server.target
    const folder = join(here.server.folder, name)
    mkdirSync(folder)
    const program = join(postgresPrograms(), 'pg_receivewal')
    const args = ['-h', host, '-p', `${port}`, '-U', 'postgres', '-w', '-S', name, '-D', folder]
    return spawn(program, args, { env: { PGPASSWORD: reveal(password) }, stdio: 'ignore' })
  }

  it('refuses names that PostgreSQL refuses, before anything is asked', () => {
    assert.throws(() => slot({ name: 'Node-B' }), /lower-case letters/)
    assert.throws(() => slot({ name: 'a', plugin: 'pgoutput' }), /only a logical slot/)
  })
})

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(50)
}
