import assert from 'node:assert/strict'
import { SLOW_FACTS } from '../../../../lib/cluster/status/sql.ts'
import { slowFactsSchema } from '../../../../lib/cluster/status/postgres-facts.ts'
import { sql } from '../../../../lib/postgres/channel.ts'
import { type Shared, shared } from '../../postgres/support/shared.ts'

describe('databases whose order of text may have moved', function () {
  this.timeout(60_000)
  let here: Shared
  before(async function () {
    this.timeout(300_000)
    here = await shared()
  })
  const run = async (text: string) => {
    const reply = await here.channel.run(sql(text, here.server.target))
    assert.equal(reply.code, 0, reply.stderr.toString())
    return JSON.parse(reply.stdout.toString() || '[]') as { facts?: string }[]
  }
  const moved = async () => {
    const [row] = await run(`SELECT facts::text FROM (${SLOW_FACTS}) AS a`)
    return slowFactsSchema.parse(JSON.parse(row?.facts ?? '')).collations
  }

  it('are those that were made with another version of the library', async () => {
    assert.deepEqual(await moved(), [])
    await run(
      `CREATE DATABASE "a ""b" TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US' LOCALE 'C.UTF-8'`,
    )
    try {
      // As if the image had moved.
      await run(`UPDATE pg_catalog.pg_database SET datcollversion = '1.0' WHERE datname = 'a "b'`)
      const [one, ...others] = await moved()
      assert.deepEqual([one?.database, one?.made, others], ['a "b', '1.0', []])
    } finally {
      await run('DROP DATABASE "a ""b"')
    }
  })
})
