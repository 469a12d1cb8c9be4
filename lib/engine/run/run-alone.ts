import { setTimeout as sleep } from 'node:timers/promises'
import { UserError } from '../../core/errors.ts'
import type { Item } from '../../playbook/program.ts'
import { onceFailed } from '../report/failure.ts'
import { isAsWanted } from '../plan/judge.ts'
import { describeError } from '../report/failure.ts'
import { type Session, inTurn } from '../session.ts'
import { attempt } from './attempt.ts'
import type { Ended } from '../plan/ended.ts'
import { wait } from './wait.ts'

const TIMES = 3
const DELAY_MS = 5000

/**
 * Runs one task that is not planned ahead: with several attempts, on another host, once for all hosts, or until the
 * host is as wanted.
 * @returns undefined when the run was stopped before it was begun
 */
export async function runAlone(session: Session, item: Item): Promise<Ended | undefined> {
  if (!item.runOnce) return runHere(session, item)
  const once = await session.others.once(item.key, session.host.name, () => runHere(session, item))
  const ended = await once.end
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
    on = item.delegateTo === undefined ? session : await session.others.sessionOf(item.delegateTo)
  } catch (error) {
    return { status: 'failed', details: { error: describeError(error) }, result: undefined, begun: false }
  }
  if (item.task.module.waits !== undefined) return wait(session, on, item)
  return withRetries(session, on, item)
}

async function withRetries(session: Session, on: Session, item: Item): Promise<Ended | undefined> {
  const { retry } = item.task.options
  const times = retry === undefined ? 1 : (retry.times ?? TIMES)
  const { stop } = session.mode
  let begun = false
  for (let number = 1; ; number++) {
    const ended = await inTurn(on, () => attempt(session, on, item, number > 1))
    if (ended === undefined) return undefined
    begun ||= ended.begun
    const done = judged(item, ended, number)
    const details = number > 1 ? { ...done.ended.details, attempts: number } : done.ended.details
    const last = { ...done.ended, begun, details }
    if (done.settled || number >= times || stop.aborted) return last
    await sleep(retry?.delayMs ?? DELAY_MS, undefined, { signal: stop }).catch(() => {})
    if (stop.aborted) return last
  }
}

/** Whether an attempt was enough; if not, how the task ends should there be no other. */
function judged(
  { task }: Item,
  ended: Ended,
  number: number,
): { readonly settled: boolean; readonly ended: Ended } {
  if (ended.status === 'failed') return { settled: false, ended }
  if (ended.result === undefined) return { settled: true, ended }
  const failed = (error: unknown): Ended => ({
    ...ended,
    status: 'failed',
    details: { ...ended.details, error: describeError(error) },
  })
  try {
    if (isAsWanted(task, ended.result)) return { settled: true, ended }
  } catch (error) {
    return { settled: true, ended: failed(error) }
  }
  const attempts = number === 1 ? 'one attempt' : `${number} attempts`
  return {
    settled: false,
    ended: failed(new UserError('E_RETRIES', `until is still false after ${attempts}`, { at: task.at })),
  }
}
