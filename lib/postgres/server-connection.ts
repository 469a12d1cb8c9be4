import type { Client, QueryArrayResult } from 'pg'
import type { PostgresTarget } from './target.ts'
import type { ChannelHost } from '../core/reader.ts'
import { openClient } from './open-client.ts'
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

  const query: ServerConnection['query'] = async (text, options) => {
    const opening = open()
    const client = await opening
    host.countRoundTrip()
    try {
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

// Not end(), which waits for an answer to a query that may never come.
function drop(client: Client): void {
  const { connection } = client as unknown as { connection: { stream: { destroy(): void } } }
  connection.stream.destroy()
}
