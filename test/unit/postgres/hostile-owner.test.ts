import assert from 'node:assert/strict'
import type { Task } from '../../../lib/core/task.ts'
import { Secret } from '../../../lib/core/secret.ts'
import { type PostgresChannel, createPostgresChannel, sql } from '../../../lib/postgres/channel.ts'
import { postgresDatabase } from '../../../lib/postgres/modules/database/module.ts'
import { postgresQuery } from '../../../lib/postgres/modules/query/module.ts'
import { postgresRole } from '../../../lib/postgres/modules/role/module.ts'
import { postgresSettings } from '../../../lib/postgres/modules/settings/module.ts'
import { postgresSlot } from '../../../lib/postgres/modules/slot/module.ts'
import type { PostgresTarget } from '../../../lib/postgres/target.ts'
import { FACTS, SLOW_FACTS } from '../../../lib/cluster/status/sql.ts'
import { SERVER_QUERY } from '../../../lib/cluster/facts/server.ts'
import { ATTACK } from './support/attack.ts'
import { localConnection } from './support/connection.ts'
import { converge, look } from './support/converge.ts'
import { type TestServer, startServer } from './support/server.ts'

describe('the owner of a database who makes functions and operators of his own', function () {
  let server: TestServer
  let channel: PostgresChannel
  let on: PostgresTarget
  before(async function () {
    this.timeout(300_000)
    server = await startServer()
    channel = createPostgresChannel(localConnection())
    on = { ...server.target, database: 'theirs' }
    const run = async (text: string, target: PostgresTarget) => {
      const { code, stderr } = await channel.run(sql(text, target))
      assert.equal(code, 0, `${stderr.toString()}\n${text}`)
    }
    await run("CREATE ROLE attacker LOGIN PASSWORD 'of the attacker'", server.target)
    await run('CREATE DATABASE theirs OWNER attacker', server.target)
    const attacker = { ...on, user: 'attacker', password: new Secret('attacker', 'of the attacker') }
    for (const text of ATTACK) await run(text, attacker)
    await channel.close()
    channel = createPostgresChannel(localConnection())
  })
  after(async () => {
    await channel?.close()
    server?.remove()
  })

  /** What ran with the rights of a superuser while `work` was done. */
  async function attacksDuring(work: () => Promise<unknown>): Promise<string[]> {
    const before = server.log().length
    await work().catch((error: unknown) => {
      // A query that the attack has broken has run it as well.
      if (!server.log().slice(before).includes('attacked')) throw error
    })
    const found = server
      .log()
      .slice(before)
      .matchAll(/attacked by (.*) as postgres/g)
    return [...new Set([...found].map(([, what = '']) => what))]
  }

  it('has a way to attack: the same names, found by a session that looks for them first', async () => {
    const other = createPostgresChannel(localConnection())
    const attacks = await attacksDuring(() =>
      other.run(sql('SET search_path = evil, public, pg_catalog; SELECT length(current_database())', on)),
    )
    await other.close()
    assert.notDeepEqual(attacks, [])
  })

  const tasks: Record<string, () => Task> = {
    'postgres_database with an extension that is there': () =>
      postgresDatabase('a', { on: server.target, name: 'theirs', extensions: ['plpgsql'] }),
    'postgres_database with an extension that is missing': () =>
      postgresDatabase('a', { on: server.target, name: 'theirs', extensions: ['hstore', 'pg_trgm'] }),
    'postgres_database that is dropped': () => postgresDatabase('a', { on, name: 'other', state: 'absent' }),
    postgres_role: () =>
      postgresRole('a', {
        on,
        name: 'made',
        password: new Secret('made', 'a password'),
        memberOf: ['pg_monitor'],
        settings: { work_mem: '8MB' },
        validUntil: '2030-01-01T00:00:00Z',
        executes: ['pg_switch_wal()'],
        comment: 'a role',
      }),
    'postgres_role that loses a membership': () => postgresRole('a', { on, name: 'made', memberOf: [] }),
    postgres_settings: () => postgresSettings('a', { on }),
    'postgres_slot, physical': () => postgresSlot('a', { on, name: 'made', type: 'physical' }),
    'postgres_slot, logical': () => postgresSlot('a', { on, name: 'made_too', type: 'logical' }),
    'postgres_slot that is dropped': () =>
      postgresSlot('a', { on, name: 'made', state: 'absent', type: 'physical' }),
    postgres_query: () =>
      postgresQuery('a', {
        on,
        sql: 'SELECT datname, length(datname) FROM pg_database WHERE datname = $1',
        params: ['theirs'],
      }),
  }
  for (const [name, task] of Object.entries(tasks)) {
    it(`runs none of them with ${name}`, async () => {
      assert.deepEqual(await attacksDuring(() => look(channel, task())), [], 'in a dry run')
      assert.deepEqual(await attacksDuring(() => converge(channel, task())), [], 'when it is applied')
    })
  }

  for (const [name, text] of Object.entries({ FACTS, SLOW_FACTS, SERVER_QUERY })) {
    it(`runs none of them with ${name} of the cluster`, async () => {
      const ask = async () => assert.equal((await channel.run(sql(text, on))).code, 0)
      assert.deepEqual(await attacksDuring(ask), [])
    })
  }
})
