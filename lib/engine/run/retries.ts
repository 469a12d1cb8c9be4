import { UserError } from '../../core/errors.ts'
import { pause } from '../../core/pause.ts'
import type { Item } from '../../playbook/program.ts'
import type { Ended } from '../plan/ended.ts'
import { isAsWanted } from '../plan/judge.ts'
import { Stopped } from '../look/stopped.ts'
import { describeError } from '../report/failure.ts'
import { type Session, inTurn } from '../session.ts'
import { attempt } from './attempt.ts'

const TIMES = 3
const DELAY_MS = 5000

/** The option `retry`: attempts until one is enough. @returns undefined when the run was stopped before the first one */
export async function withRetries(session: Session, on: Session, item: Item): Promise<Ended | undefined> {
  const { retry } = item.task.options
  const times = retry === undefined ? 1 : (retry.times ?? TIMES)
  const { stop } = session.mode
  let begun = false
  let last: Ended | undefined
  for (let number = 1; ; number++) {
    const next = () => attempt(session, on, item, number > 1)
    const ended = await inTurn(on, next, session).catch(ifStopped(last))
    if (ended === undefined) return undefined
    if (ended === last) return last
    begun ||= ended.begun
    const done = judged(item, ended, number)
    const details = number > 1 ? { ...done.ended.details, attempts: number } : done.ended.details
    last = { ...done.ended, begun, details }
    if (done.settled || number >= times || stop.aborted) return last
    await pause(retry?.delayMs ?? DELAY_MS, stop)
    if (stop.aborted) return last
  }
}

// Stopped while it was looked at again: the attempt before counts.
const ifStopped =
  (last: Ended | undefined) =>
  (error: unknown): Ended => {
    if (last !== undefined && error instanceof Stopped) return last
    throw error
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
