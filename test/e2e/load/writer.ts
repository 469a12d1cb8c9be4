import pg from 'pg'

/** One client that writes row after row, never two at a time, and never gives a row up. */
export interface Writer {
  /** Every row that the server said was committed, with the moment it said so. */
  readonly acknowledged: { readonly id: string; readonly at: number }[]
  /** How often a commit ended without an answer. */
  unanswered: number
  stop(): Promise<void>
}

export interface WriterOptions {
  readonly name: string
  readonly hosts: readonly string[]
  readonly port: number
  /** The user, and the database, which is its own. */
  readonly user: string
  readonly password: string
  /** Longer without an answer and the connection counts as dead. */
  readonly patienceMs: number
}

/** Like a program with a multi-host connection string: it finds the host that accepts writes, again and again. */
export function startWriter(options: WriterOptions): Writer {
  const { name } = options
  let running = true
  let next = 0
  const writer = {
    acknowledged: [] as { id: string; at: number }[],
    unanswered: 0,
    stop: () => ((running = false), done),
  }
  const work = async (): Promise<void> => {
    let client: pg.Client | undefined
    let doubtful = false
    while (running) {
      try {
        client ??= await connect(options)
        const id = `${name}-${next}`
        await write(client, id, doubtful, options.patienceMs)
        writer.acknowledged.push({ id, at: Date.now() })
        next++
        doubtful = false
        await pause(THINKING_MS)
      } catch {
        // Committed or not: only the next look can tell.
        if (client !== undefined) {
          doubtful = true
          writer.unanswered++
          drop(client)
        }
        client = undefined
        await pause(20)
      }
    }
    if (client !== undefined) drop(client)
  }
  const done = work()
  return writer
}

async function write(client: pg.Client, id: string, doubtful: boolean, patienceMs: number): Promise<void> {
  // An attempt that went unanswered may still be under way: the lock makes the second one wait for the first, and look then.
  const look = doubtful ? `WHERE NOT EXISTS (SELECT FROM rows WHERE id = '${id}')` : ''
  const text = `SELECT pg_advisory_xact_lock(hashtext('${id}')); INSERT INTO rows SELECT '${id}' ${look}`
  await client.query({ text, query_timeout: patienceMs } as pg.QueryConfig)
}

/** As libpq does with target_session_attrs=read-write: each host in turn. */
async function connect({ hosts, port, user, password, patienceMs }: WriterOptions): Promise<pg.Client> {
  for (const host of hosts) {
    const client = new pg.Client({
      host,
      port,
      user,
      password,
      database: user,
      connectionTimeoutMillis: Math.min(1000, patienceMs),
      query_timeout: patienceMs,
    })
    client.on('error', () => {})
    try {
      await client.connect()
      const { rows } = await client.query<{ standby: boolean }>('SELECT pg_is_in_recovery() AS standby')
      if (rows[0]?.standby === false) return client
    } catch {
      // The next one, then.
    }
    drop(client)
  }
  throw new Error('no host accepts writes')
}

// Not end(), which waits for an answer that may never come.
function drop(client: pg.Client): void {
  const { connection } = client as unknown as { connection: { stream: { destroy(): void } } }
  connection.stream.destroy()
}

// A machine that is busy with nothing but our rows could not show how fast it is at the rest.
const THINKING_MS = 5

const pause = (ms: number): Promise<void> => new Promise((wake) => setTimeout(wake, ms))
