import type { Status } from './schema.ts'

type State = Exclude<Status['postgres']['state'], 'running'>

/**
 * Why a server that answers tells the status nothing: it works for others, and a load balancer that took it away would make
 * an overload an outage. Undefined for all other errors.
 */
export function describeBusy(error: Error): string | undefined {
  switch ((error as Error & { code?: string }).code) {
    case '53300':
      return 'PostgreSQL has no free connection, not even for the status service'
    case '57014':
      return 'PostgreSQL did not answer the status service in time'
    default:
      return undefined
  }
}

/** Whether all connections are in use. */
export const isFull = (error: Error | undefined): boolean =>
  (error as (Error & { code?: string }) | undefined)?.code === '53300'

/** What an error of the connection says about the server, for people. */
export function describeTrouble(error: Error): { state: State; reason: string } {
  const { code = '', message } = error as Error & { code?: string }
  const unreachable = (reason: string) => ({ state: 'unreachable' as const, reason })
  const busy = describeBusy(error)
  if (busy !== undefined) return { state: 'refusing', reason: busy }
  switch (code) {
    // cannot_connect_now: starting up, shutting down, or in recovery without hot standby
    case '57P03':
      return /shutting down/.test(message)
        ? { state: 'stopping', reason: 'PostgreSQL is shutting down' }
        : { state: 'starting', reason: `PostgreSQL is not ready yet: ${message}` }
    case '57P01':
      return { state: 'stopping', reason: 'PostgreSQL is shutting down' }
    case 'ENOENT':
    case 'ECONNREFUSED':
      return unreachable('PostgreSQL is not running')
    case 'EACCES':
      return unreachable('the status service has no permission to read the directory of the socket')
  }
  // Five digits and capitals: SQLSTATE, so it was the server that spoke.
  if (/^[0-9A-Z]{5}$/.test(code)) return { state: 'refusing', reason: `PostgreSQL refuses: ${message}` }
  if (/timeout|no answer within/.test(message)) return unreachable('PostgreSQL does not answer in time')
  if (/terminated unexpectedly|ECONNRESET|EPIPE/.test(`${code} ${message}`))
    return unreachable('PostgreSQL closed the connection')
  return unreachable(`PostgreSQL cannot be reached: ${message}`)
}
