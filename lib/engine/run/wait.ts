import type { Change as Difference } from '../../core/change.ts'
import type { Plan } from '../../core/module.ts'
import { pause } from '../../core/pause.ts'
import { UserError } from '../../core/errors.ts'
import type { Resource } from '../../core/resource.ts'
import type { Item } from '../../playbook/program.ts'
import { describeError } from '../report/failure.ts'
import { type Session, inTurn } from '../session.ts'
import { lookAndPlan } from './attempt.ts'
import { announcer } from './announce.ts'
import { applyChanges } from './apply.ts'
import { changeOf } from './change.ts'
import type { Ended } from '../plan/ended.ts'
import { settledEnd } from './conclude.ts'

const DELAY_MS = 1000

/**
 * Looks again and again until a host is as wanted.
 * @returns undefined when the run was stopped meanwhile
 */
export async function wait(session: Session, on: Session, item: Item): Promise<Ended | undefined> {
  const { stop } = session.mode
  const started = performance.now()
  let first: readonly Difference[] | undefined
  let touches: readonly Resource[] = []
  for (let looks = 0; ; looks++) {
    const { verdict, setOff, polling } = await inTurn(on, () => look(session, on, item, looks), session)
    const durationMs = Math.round(performance.now() - started)
    if (setOff !== undefined) return setOff
    if (verdict.kind !== 'change') {
      // What was asked about it before it was there says nothing any more.
      on.snapshot.forget(touches)
      const ended = settledEnd({ kind: 'settled', item, verdict })
      const because = first === undefined ? ended.details.because : waited(first, durationMs)
      return { ...ended, begun: looks > 0, details: { ...ended.details, durationMs, because } }
    }
    first ??= verdict.plan.changes
    touches = verdict.touches
    if (durationMs >= polling.timeoutMs)
      return { ...failed(gaveUp(verdict.plan, polling.timeoutMs)), begun: true }
    if (looks === 0) announcer(session)(item)
    const left = polling.timeoutMs - durationMs
    await pause(Math.min(polling.delayMs ?? DELAY_MS, Math.max(left, 1)), stop)
    if (stop.aborted) return undefined
  }
}

async function look(session: Session, on: Session, item: Item, looks: number) {
  const verdict = await lookAndPlan(session, on, item, looks > 0)
  const polling = verdict.kind === 'change' ? (item.task.module.waits?.(verdict.view.args) ?? NONE) : NONE
  if (verdict.kind !== 'change' || looks > 0 || verdict.steps.length === 0)
    return { verdict, polling, setOff: undefined }
  const { applied } = await applyChanges(on, [changeOf(item, verdict)], [], announcer(session))
  const error = applied.get(item)?.error
  return { verdict, polling, setOff: error === undefined ? undefined : failed(error) }
}

const NONE = { timeoutMs: 0, delayMs: undefined }

const failed = (error: unknown): Ended => ({
  status: 'failed',
  details: { error: describeError(error) },
  result: undefined,
  begun: true,
})

const waited = (changes: readonly Difference[], ms: number): string =>
  `${changes.map(({ what, from, to }) => `${what} was ${String(from)}, is ${String(to)}`).join(', ')}, after ${(ms / 1000).toFixed(1)} s`

function gaveUp({ changes, because }: Plan, ms: number): UserError {
  const left = changes.map(({ what, from, to }) => `${what} is ${String(from)}, not ${String(to)}`).join(', ')
  return new UserError('E_WAIT_TIMEOUT', `after ${Math.round(ms / 1000)} seconds ${left}`, { hint: because })
}
