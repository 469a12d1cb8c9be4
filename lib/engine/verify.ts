import type { Change as Difference } from '../core/change.ts'
import type { Applied, Change, Settled } from './apply.ts'
import { type Bodies, bodyDiffs } from './bodies.ts'
import { planTask, remaining } from './plan-task.ts'
import { describeError, notConverged, report, shown } from './report.ts'
import { type Session, userOf } from './session.ts'

/**
 * Proves a change: the same questions are planned again and nothing may be left.
 * @returns false when it failed
 */
export async function verify(
  session: Session,
  change: Change,
  applied: Applied,
  bodies: Bodies,
): Promise<boolean> {
  const { item, verdict } = change
  const { task } = item
  const details = {
    changes: verdict.plan.changes,
    durationMs: Math.round(applied.durationMs),
    commands: shown(change.steps),
    diffs: await bodyDiffs(verdict.plan.changes, bodies),
  }
  const error = applied.error ?? (await leftOver(session, change, applied))
  if (error === undefined) {
    const { changes, ...rest } = details
    if (task.module.waits === true) report(session, item, 'ok', { ...rest, because: waited(changes) })
    else report(session, item, 'changed', details)
    return true
  }
  session.results.set(task, { kind: 'skipped' })
  report(session, item, 'failed', { ...details, error: describeError(error) })
  return false
}

const waited = (changes: readonly Difference[]): string =>
  changes.map(({ what, from, to }) => `${what} was ${String(from)}, is ${String(to)}`).join(', ')

async function leftOver(session: Session, change: Change, applied: Applied): Promise<unknown> {
  const { item, verdict } = change
  const { task } = item
  const { view } = verdict
  const answers: unknown[] = []
  for (const question of view.probe.questions) {
    const known = session.snapshots[userOf(item)].look(question)
    if (known.kind !== 'asked') return new Error(`"${task.name}" was not asked again after its change`)
    if (known.answer instanceof Error) return known.answer
    answers.push(known.answer)
  }
  try {
    const after = view.probe.parse(answers)
    const left: readonly Difference[] = remaining(task.module, view, after)
    if (left.length > 0) return notConverged(left)
    const state = task.module.outcome?.(after, applied.replies) ?? after
    session.results.set(task, { kind: 'known', result: { changed: task.module.waits !== true, state } })
    return undefined
  } catch (error) {
    return error
  }
}

/** A task that was found in order on a prediction which did not come true: it has to be looked at again. */
export function mustRedo(session: Session, { item, verdict }: Settled): boolean {
  if (verdict.kind !== 'ok' || !verdict.view.predicted) return false
  const now = planTask(item.task, session.snapshots[userOf(item)], session.results)
  if (now.kind !== 'ok') return true
  session.results.set(item.task, { kind: 'known', result: { changed: false, state: now.view.state } })
  return false
}
