import { messageOf } from '../../core/error-message.ts'
import { UnreachableError, UserError } from '../../core/errors.ts'
import type { NewLogin } from '../../core/module.ts'
import { pause } from '../../core/pause.ts'
import type { Reply } from '../../core/probe.ts'
import { SKIPPED, type Connection, type Script } from '../../transport/transport.ts'
import type { Session } from '../session.ts'

const DELAY_MS = 500

/**
 * Runs a step over a new connection, which is closed again. Where there is none, what came before is taken back over the
 * connection that is there.
 */
export async function runOverNewLogin(
  session: Session,
  user: string,
  script: Script,
  { timeoutMs, otherwise }: NewLogin,
): Promise<Reply | UserError> {
  let connection: Connection | undefined
  try {
    connection = await newConnection(session, timeoutMs)
    const [reply] = await connection.exchange([script], { user })
    return reply ?? { code: SKIPPED, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) }
  } catch (error) {
    const undo: Script = { kind: 'step', script: otherwise, continues: true }
    const undone = await session.connection.exchange([undo], { user, lock: true }).catch(ifLost)
    return new UserError(
      'E_NO_NEW_LOGIN',
      `after the change nobody could log in to ${session.host.name}: ${messageOf(error)}`,
      {
        hint:
          undone[0]?.code === 0
            ? 'The change was taken back. Correct what keeps the login of the task out.'
            : 'The connection that was there is lost too. The host takes the change back by itself soon.',
      },
    )
  } finally {
    await connection?.close().catch(() => {})
  }
}

/** A server that reads its configuration again may refuse connections for a moment. */
async function newConnection(session: Session, timeoutMs: number): Promise<Connection> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    try {
      return await session.others.connect(session)
    } catch (error) {
      if (!mayPass(error) || performance.now() >= deadline) throw error
      await pause(DELAY_MS, session.mode.stopNow ?? new AbortController().signal)
    }
  }
}

// Some servers shut out who tries too often.
const mayPass = (error: unknown): boolean =>
  error instanceof UnreachableError && error.code !== 'E_AUTH_FAILED'

function ifLost(error: unknown): Reply[] {
  if (error instanceof UnreachableError || error instanceof UserError) return []
  throw error
}
