import { type PostgresChannel, createPostgresChannel } from '../../../../lib/postgres/channel.ts'
import { localConnection } from './connection.ts'
import { type TestServer, startServer } from './server.ts'

/** One server for all files that don't stop it. */
export interface Shared {
  readonly server: TestServer
  readonly channel: PostgresChannel
}

let starting: Promise<Shared> | undefined

/** Made on first use; call it in `before` with `this.timeout(120_000)`: on a clean machine it installs PostgreSQL. */
export function shared(): Promise<Shared> {
  return (starting ??= start())
}

async function start(): Promise<Shared> {
  // Everything is logged, so that a test can look for what must never be in a log.
  const server = await startServer([
    'log_statement = all',
    'log_min_duration_statement = 0',
    'max_slot_wal_keep_size = 16MB',
  ])
  return { server, channel: createPostgresChannel(localConnection()) }
}

after(async () => {
  const { server, channel } = (await starting) ?? {}
  await channel?.close()
  server?.remove()
})
