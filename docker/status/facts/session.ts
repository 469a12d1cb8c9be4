import { Client, type DatabaseError } from 'pg'
import type { Config } from '../../../lib/cluster/status/config.ts'
import { SEARCH_PATH } from '../../../lib/cluster/status/sql.ts'

const CONNECT_MS = 2000
const STATEMENT_MS = 2000
const ANSWER_MS = 2500

/**
 * The service's only connection to PostgreSQL: statements go one after the other, a broken connection is given up
 * before the next is made.
 */
export class Session {
  readonly #config: Config['postgres']
  #client: Client | undefined
  #last: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor(config: Config['postgres']) {
    this.#config = config
  }

  /** The column `facts` of the one row that the statement gives. */
  ask(sql: string): Promise<unknown> {
    const answer = this.#last.then(() => this.#ask(sql))
    this.#last = answer.catch(() => undefined)
    return answer
  }

  async #ask(sql: string): Promise<unknown> {
    try {
      if (this.#closed) throw new Error('the session was closed')
      this.#client ??= await this.#connect()
      const { rows } = await within(ANSWER_MS, this.#client.query<{ facts: unknown }>(sql))
      return rows[0]?.facts
    } catch (error) {
      // A statement that failed leaves the connection usable; anything else does not.
      if ((error as DatabaseError).severity !== 'ERROR') this.#giveUp()
      throw error
    }
  }

  async #connect(): Promise<Client> {
    const client = new Client({
      ...this.#config,
      application_name: 'postgres-status',
      connectionTimeoutMillis: CONNECT_MS,
      statement_timeout: STATEMENT_MS,
      options: `${SEARCH_PATH} -c timezone=UTC -c default_transaction_read_only=on`,
    })
    client.on('error', () => this.#forget(client))
    client.on('end', () => this.#forget(client))
    try {
      await client.connect()
      if (this.#closed) throw new Error('the session was closed')
      return client
    } catch (error) {
      destroy(client)
      throw error
    }
  }

  #forget(client: Client): void {
    if (this.#client === client) this.#giveUp()
  }

  /** For good: a connection that comes about later is closed too. */
  close(): void {
    this.#closed = true
    this.#giveUp()
  }

  #giveUp(): void {
    const client = this.#client
    this.#client = undefined
    if (client !== undefined) destroy(client)
  }
}

// Without the farewell that `end` sends: the server may be the one that hangs.
function destroy(client: Client): void {
  ;(client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy()
}

function within<Value>(ms: number, work: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms / 1000} s`)), ms)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
