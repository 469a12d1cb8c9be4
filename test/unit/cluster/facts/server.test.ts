import assert from 'node:assert/strict'
import { SERVER_QUERY, parseServer } from '../../../../lib/cluster/facts/server.ts'
import { sql } from '../../../../lib/postgres/channel.ts'
import { type Shared, shared } from '../../postgres/support/shared.ts'

describe('what a server says of itself', function () {
  let here: Shared
  before(async function () {
    this.timeout(300_000)
    here = await shared()
  })

  it('has places in the WAL to the last byte', async () => {
    const reply = await here.channel.run(
      sql(`SELECT (${SERVER_QUERY.replace(/^SELECT /, '')})::text AS f`, here.server.target),
    )
    assert.equal(reply.code, 0, reply.stderr.toString())
    const [{ f: text }] = JSON.parse(reply.stdout.toString()) as [{ f: string }]
    const fact = parseServer(text, false)
    assert(fact !== undefined)
    assert.equal(fact.recovery, false)
    assert(fact.oldestWal !== null && fact.position !== null && fact.oldestWal < fact.position)
    const far = parseServer(text.replace(/"position": "\d+"/, '"position": "18446744073709551615"'), false)
    assert.equal(far?.position, 2n ** 64n - 1n)
  })

  it('has the five settings as they are, as they are configured, and as ALTER SYSTEM has them', async () => {
    const { channel, server } = here
    const ask = async () => {
      const query = `SELECT (${SERVER_QUERY.replace(/^SELECT /, '')})::text AS f`
      const reply = await channel.run(sql(query, server.target))
      const [{ f }] = JSON.parse(reply.stdout.toString()) as [{ f: string }]
      return parseServer(f, false)
    }
    const before = await ask()
    assert.equal(before?.capacity['max_locks_per_transaction'], 64)
    assert.deepEqual(before?.configured, before?.capacity)
    assert.deepEqual(before?.overrides, {})
    assert.equal(before?.paused, false)
    try {
      await channel.run(sql('ALTER SYSTEM SET max_locks_per_transaction = 256', server.target))
      // It was not loaded: only the next restart would show it.
      const after = await ask()
      assert.equal(after?.capacity['max_locks_per_transaction'], 64)
      assert.equal(after?.configured['max_locks_per_transaction'], 256)
      assert.deepEqual(after?.overrides, { max_locks_per_transaction: 256 })
      assert.deepEqual(after?.pendingRestart, ['max_locks_per_transaction'])
    } finally {
      await channel.run(sql('ALTER SYSTEM RESET max_locks_per_transaction', server.target))
    }
  })
})
