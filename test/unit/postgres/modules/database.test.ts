import assert from 'node:assert/strict'
import type { PostgresDatabaseArgs } from '../../../../lib/postgres/modules/database/args.ts'
import { postgresDatabase } from '../../../../lib/postgres/modules/database/module.ts'
import { postgresRole } from '../../../../lib/postgres/modules/role/module.ts'
import { createPostgresChannel, sql } from '../../../../lib/postgres/channel.ts'
import { localConnection } from '../support/connection.ts'
import { converge } from '../support/converge.ts'
import { type Shared, shared } from '../support/shared.ts'

describe('postgres_database', function () {
  let here: Shared
  before(async function () {
    this.timeout(300_000)
    here = await shared()
    await converge(here.channel, postgresRole('the owner', { on: here.server.target, name: 'app owner' }))
  })

  const make = (args: Omit<PostgresDatabaseArgs, 'on'>) =>
    converge(here.channel, postgresDatabase('a database', { on: here.server.target, ...args }))

  it('is made with its owner and extensions, and nothing is left to do', async () => {
    const args = { name: 'app', owner: 'app owner', extensions: ['plpgsql'], connectionLimit: 20 }
    assert.deepEqual(await make(args), [
      { what: 'database', from: 'absent', to: 'present' },
      { what: 'extension', from: 'absent', to: 'plpgsql' },
    ])
    assert.deepEqual(await make(args), [])
  })

  it('puts extensions where they are wanted, and the others into public', async () => {
    const on = { ...here.server.target, database: 'extended' }
    await make({ name: 'extended' })
    await here.channel.run(sql('CREATE SCHEMA elsewhere', on))
    const extensions = ['hstore', { name: 'pg_trgm', schema: 'elsewhere' }, { name: 'plpgsql' }]
    assert.equal((await make({ name: 'extended', extensions })).length, 2)
    assert.deepEqual(await make({ name: 'extended', extensions }), [])
    const found = await here.channel.run(
      sql(
        "SELECT string_agg(extname || ' in ' || extnamespace::regnamespace, ', ' ORDER BY extname) AS a FROM pg_extension",
        on,
      ),
    )
    assert.equal(
      found.stdout.toString(),
      '[{"a":"hstore in public, pg_trgm in elsewhere, plpgsql in pg_catalog"}]',
    )
    await assert.rejects(
      make({ name: 'extended', extensions: [{ name: 'citext', schema: 'missing' }] }),
      /schema "missing" does not exist/,
    )
  })

  it('mends what drifted', async () => {
    const on = { ...here.server.target, database: 'app' }
    await here.channel.run(sql('ALTER DATABASE app OWNER TO postgres', on))
    await here.channel.run(sql('ALTER DATABASE app CONNECTION LIMIT 1', on))
    await here.channel.run(sql('DROP EXTENSION plpgsql', on))
    const args = { name: 'app', owner: 'app owner', extensions: ['plpgsql'], connectionLimit: 20 }
    assert.deepEqual(await make(args), [
      { what: 'owner', from: 'postgres', to: 'app owner' },
      { what: 'connectionLimit', from: 1, to: 20 },
      { what: 'extension', from: 'absent', to: 'plpgsql' },
    ])
  })

  it('gets an encoding and a locale when it is made, and never again', async () => {
    await make({ name: 'located', encoding: 'UTF8', locale: 'C.UTF-8' })
    assert.deepEqual(await make({ name: 'located', encoding: 'utf-8', locale: 'C.utf8' }), [])
    await assert.rejects(
      make({ name: 'located', locale: 'C' }),
      /locale of database located is C.UTF-8, not C, and can't/,
    )
  })

  it('is dropped, but not while somebody else is connected', async () => {
    const odd = `we"i'rd \\ ☃`
    await make({ name: odd, extensions: ['plpgsql'] })
    const visitor = createPostgresChannel(localConnection())
    const on = { ...here.server.target, database: odd }
    await visitor.run(sql("SET application_name = 'visitor'", on))
    await assert.rejects(make({ name: odd, state: 'absent' }), /has 1 connections/)
    assert.deepEqual(await make({ name: odd, state: 'absent', force: true }), [
      { what: 'database', from: 'present', to: 'absent' },
    ])
    await visitor.close()
    await make({ name: odd, extensions: ['plpgsql'] })
    assert.equal((await make({ name: odd, state: 'absent' })).length, 1, 'our own session does not count')
  })
})
