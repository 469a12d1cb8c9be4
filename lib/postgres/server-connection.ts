import type { Client, QueryArrayResult } from 'pg'
import type { PostgresTarget } from './target.ts'
import type { ChannelHost } from '../core/reader.ts'
import { STATEMENT_TIMEOUT_MS, openClient } from './open-client.ts'
import { isRefusal } from './errors.ts'

/** One server, spoken to as one user. Connects when first needed and again when the server was restarted. */
export interface ServerConnection {
  readonly target: PostgresTarget
  /** One message, perhaps of several statements; one result for each of them. */
  query(text: string, options: QueryOptions): Promise<readonly QueryArrayResult<unknown[]>[]>
  close(): Promise<void>
}

export interface QueryOptions {
  readonly timeoutMs: number
  /** Milliseconds after which the server ends it. @default as it is */
  readonly statementTimeoutMs?: number | undefined
  /** Send it a second time when the connection broke under it. Only for what may be done twice. */
  readonly again: boolean
}

export function connectServer(
  host: Pick<ChannelHost, 'forward' | 'countRoundTrip'>,
  target: PostgresTarget,
): ServerConnection {
  let current: Promise<Client> | undefined

  const open = (): Promise<Client> => {
    const opening = (current ??= openClient(host, target, () => forget(opening)))
    opening.catch(() => forget(opening))
    return opening
  }
  const forget = (client: Promise<Client>): void => {
    if (current === client) current = undefined
  }

  const limits = new WeakMap<Client, number>()
  const limit = async (client: Client, ms: number | undefined): Promise<void> => {
    if (ms === undefined || ms === (limits.get(client) ?? STATEMENT_TIMEOUT_MS)) return
    host.countRoundTrip()
    // A message of its own: a statement that comes with another one is part of a transaction.
    const request = { text: `SET statement_timeout = ${Math.min(ms, LONGEST)}`, query_timeout: 10_000 }
    await client.query(request)
    limits.set(client, ms)
  }

  const query: ServerConnection['query'] = async (text, options) => {
    const opening = open()
    const client = await opening
    try {
      await limit(client, options.statementTimeoutMs)
      host.countRoundTrip()
      // pg waits for ever by default: a server that went away without a word must not hold the run.
      const request = { text, rowMode: 'array' as const, query_timeout: options.timeoutMs }
      const results = await client.query<unknown[]>(request)
      return Array.isArray(results) ? results : [results]
    } catch (error) {
      if (isRefusal(error)) throw error
      forget(opening)
      drop(client)
      if (options.again) return query(text, { ...options, again: false })
      throw error
    }
  }

  return {
    target,
    query,
    close: async () => {
      const client = await current?.catch(() => undefined)
      current = undefined
      await client?.end().catch(() => undefined)
    },
  }
}

/** Milliseconds that PostgreSQL can count. */
const LONGEST = 2 ** 31 - 1

// Not end(), which waits for an answer to a query that may never come.
function drop(client: Client): void {
  const { connection } = client as unknown as { connection: { stream: { destroy(): void } } }
  connection.stream.destroy()
}
