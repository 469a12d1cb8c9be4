import { UnreachableError } from '../core/errors.ts'
import type { Reply } from '../core/probe.ts'
import { explainConnecting, isRefusal, words } from './errors.ts'
import { STATEMENT_TIMEOUT_MS } from './open-client.ts'
import type { ServerConnection } from './server-connection.ts'

/**
 * Runs a change, which the server itself ends after its time. Never sent twice: whether a broken connection had carried it out can't be known.
 *
 * @returns code 1 when the server refuses the statement, 2 when there is no session with it
 */
export async function runStatement(
  server: ServerConnection,
  sql: string,
  timeoutMs = STATEMENT_TIMEOUT_MS,
): Promise<Reply> {
  try {
    const options = { statementTimeoutMs: timeoutMs, timeoutMs: timeoutMs + 10_000, again: false }
    const results = await server.query(sql, options)
    return { code: 0, stdout: Buffer.from(rowsOf(results.at(-1))), stderr: Buffer.alloc(0) }
  } catch (error) {
    if (error instanceof UnreachableError) throw error
    if (isRefusal(error)) return failure(1, words(error))
    const { message, hint } = explainConnecting(error, server.target)
    return failure(2, hint === undefined ? message : `${message}\n${hint}`)
  }
}

const failure = (code: number, stderr: string): Reply => ({
  code,
  stdout: Buffer.alloc(0),
  stderr: Buffer.from(stderr),
})

interface Result {
  readonly fields: readonly { readonly name: string }[]
  readonly rows: readonly (readonly unknown[])[]
}

function rowsOf(result: Result | undefined): string {
  if (result === undefined || result.fields.length === 0) return ''
  const named = result.rows.map((row) => result.fields.map(({ name }, i) => [name, row[i]]))
  return JSON.stringify(named.map((row) => Object.fromEntries(row) as unknown))
}
