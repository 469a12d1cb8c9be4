import type { Item } from '../../playbook/program.ts'
import { keyOf } from '../../playbook/identify.ts'
import { describeError, onceFailed } from '../report/failure.ts'
import { type Session, endOnce, whereRuns } from '../session.ts'
import type { Ended } from '../plan/ended.ts'
import { withRetries } from './retries.ts'
import { wait } from './wait.ts'

/**
 * Runs one task that is not planned ahead: with several attempts, on another host, once for all hosts, or until the
 * host is as wanted.
 * @returns undefined when the run was stopped before it was begun
 */
export async function runAlone(session: Session, item: Item): Promise<Ended | undefined> {
  if (!item.runOnce) return runHere(session, item)
  const once = await endOnce(
    session,
    session.others.once(keyOf(item), session.host.name, () => runHere(session, item)),
  )
  const ended = once.end
  if (once.mine || ended === undefined) return ended
  // The task belongs to the other host: its change is counted there.
  const because = `runs once, on ${once.by}`
  if (ended.status === 'failed')
    return { ...ended, begun: false, details: { error: describeError(onceFailed(once.by, item)) } }
  return {
    ...ended,
    status: ended.status === 'skipped' ? 'skipped' : 'ok',
    begun: false,
    details: { because },
  }
}

async function runHere(session: Session, item: Item): Promise<Ended | undefined> {
  if (session.mode.stop.aborted) return undefined
  let on: Session
  try {
    on = await whereRuns(session, item)
  } catch (error) {
    return { status: 'failed', details: { error: describeError(error) }, result: undefined, begun: false }
  }
  if (item.task.module.waits !== undefined) return wait(session, on, item)
  return withRetries(session, on, item)
}
