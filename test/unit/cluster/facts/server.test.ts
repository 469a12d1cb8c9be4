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
})
