import assert from 'node:assert/strict'
import { type PostgresChannel, createPostgresChannel } from '../../../lib/postgres/channel.ts'
import { postgresDatabase } from '../../../lib/postgres/modules/database/module.ts'
import { postgresRole } from '../../../lib/postgres/modules/role/module.ts'
import { localConnection } from './support/connection.ts'
import { converge } from './support/converge.ts'
import { type TestServer, startServer } from './support/server.ts'

// The roles of a cluster are made before its replicas, which log in with them.
describe('a primary whose commits wait for a standby that is not there yet', () => {
  let server: TestServer
  let channel: PostgresChannel
  before(async function () {
    this.timeout(120_000)
    server = await startServer(["synchronous_standby_names = 'ANY 1 (node_b, node_c)'"])
    channel = createPostgresChannel(localConnection())
  })
  after(async () => {
    await channel.close()
    server.remove()
  })

  it('gets its roles and databases', async function () {
    this.timeout(30_000)
    const on = server.target
    const role = await converge(
      channel,
      postgresRole('a role', { on, name: 'replicator', replication: true }),
    )
    assert.notDeepEqual(role, [])
    await converge(channel, postgresDatabase('a database', { on, name: 'app', owner: 'replicator' }))
  })
})
