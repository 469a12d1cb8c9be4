import type { RestartsHost } from '../../core/module.ts'
import { UnreachableError, UserError } from '../../core/errors.ts'
import { pause } from '../../core/pause.ts'
import type { Connection, Transport } from '../../transport/transport.ts'
import { type Session, forgetEverything } from '../session.ts'

const DELAY_MS = 1000

/**
 * Connects again to a host that went away. What was known of it is forgotten.
 * @throws UnreachableError E_NOT_BACK when it does not answer in time
 */
export async function reconnect(
  session: Session,
  transport: Transport,
  { timeoutMs, back = ':' }: RestartsHost,
): Promise<void> {
  const { host, mode } = session
  await session.channels.close()
  await session.connection.close().catch(() => {})
  const deadline = performance.now() + timeoutMs
  for (;;) {
    try {
      session.connection = await answering(transport, session, back)
      forgetEverything(session)
      return
    } catch (error) {
      if (mode.stop.aborted || !mayPass(error)) throw error
      if (performance.now() >= deadline) {
        const seconds = Math.round(timeoutMs / 1000)
        throw new UnreachableError('E_NOT_BACK', `${host.name} did not come back within ${seconds} seconds`, {
          cause: error,
          hint: error instanceof Error ? error.message : undefined,
        })
      }
      await pause(DELAY_MS, mode.stop)
    }
  }
}

/** A connection over which the host says that it is back: one that is still going down may take it and say nothing. */
async function answering(transport: Transport, { host, mode }: Session, back: string): Promise<Connection> {
  const connection = await transport.connect(host, mode.stopNow ?? new AbortController().signal)
  try {
    const question = { kind: 'probe', script: back, timeoutMs: 10_000 } as const
    const [reply] = await connection.exchange([question], { user: 'login' })
    if (reply?.code === 0) return connection
    throw new UnreachableError('E_NOT_BACK', `${host.name} answers, but was not restarted yet`)
  } catch (error) {
    await connection.close().catch(() => {})
    throw error
  }
}

// A refused key or password will be refused again.
const mayPass = (error: unknown): boolean =>
  error instanceof UnreachableError || (error instanceof UserError && error.code === 'E_LOCKED')
