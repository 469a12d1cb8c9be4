import type { Change as Difference } from '../../core/change.ts'
import { type Bodies, bodyDiffs } from '../look/bodies.ts'
import type { Ended } from '../plan/ended.ts'
import { countsAsChange, failureOf } from '../plan/judge.ts'
import { planTask, remaining } from '../plan/plan-task.ts'
import { describeError, notConverged } from '../report/failure.ts'
import type { Details } from '../report/details.ts'
import { outputOf, report, shownSteps } from '../report/report.ts'
import type { Session } from '../session.ts'
import type { Item } from '../../playbook/program.ts'
import type { Applied } from './apply.ts'
import type { Change, Settled } from './change.ts'

/** Keeps what a task left for those that are made from it, and tells how it ended. */
export function conclude(session: Session, item: Item, ended: Ended): void {
  const { status, result, details } = ended
  const { results } = session
  if (status === 'failed') results.set(item.task, { kind: 'failed' })
  else if (result === undefined) results.set(item.task, { kind: 'skipped' })
  else results.set(item.task, { kind: 'known', result })
  report(session, item, status, details)
}

/** How a task ended that had nothing to do. */
export function settledEnd({ verdict }: Settled): Ended {
  if (verdict.kind === 'failed')
    return {
      status: 'failed',
      details: { error: describeError(verdict.error) },
      result: undefined,
      begun: false,
    }
  const { because } = verdict
  if (verdict.kind === 'skipped')
    return { status: 'skipped', details: { because }, result: undefined, begun: false }
  const { state } = verdict.view
  const printed = printedBy(state)
  return {
    status: 'ok',
    details: { because, ...printed },
    result: { changed: false, failed: false, state },
    begun: false,
  }
}

// A command that only reads has run while looking: what it printed is in its state.
function printedBy(state: unknown): Details {
  if (typeof state !== 'object' || state === null || !('stdout' in state)) return {}
  const { stdout, stderr = '' } = state as { stdout: unknown; stderr?: unknown }
  if (typeof stdout !== 'string' || typeof stderr !== 'string') return {}
  return outputOf([{ code: 0, stdout: Buffer.from(stdout), stderr: Buffer.from(stderr) }])
}

/**
 * Proves a change: the same questions are planned again and nothing may be left.
 * @param on the session of the host that it was made on
 */
export async function changeEnd(
  on: Session,
  change: Change,
  applied: Applied,
  bodies: Bodies,
): Promise<Ended> {
  const { item, verdict } = change
  const { task } = item
  const details: Details = {
    changes: verdict.plan.changes,
    durationMs: Math.round(applied.durationMs),
    commands: shownSteps(change.steps),
    diffs: task.options.noDiff === true ? [] : await bodyDiffs(verdict.plan.changes, bodies),
    ...outputOf(applied.replies),
  }
  const failed = (error: unknown): Ended => ({
    status: 'failed',
    details: { ...details, error: describeError(error) },
    result: undefined,
    begun: true,
  })
  try {
    const judged = task.options.failedWhen !== undefined
    if (applied.error !== undefined && !judged) return failed(applied.error)
    const after = stateAfter(on, change)
    const left: readonly Difference[] = judged ? [] : remaining(item, verdict.view, after)
    if (left.length > 0) return failed(notConverged(left))
    const state = task.module.outcome?.(after, applied.replies) ?? after
    const raw = { changed: true, failed: applied.error !== undefined, state }
    const error = failureOf(task, raw)
    if (error !== undefined) return failed(error)
    const result = { changed: countsAsChange(task, { ...raw, failed: false }), failed: false, state }
    return { status: result.changed ? 'changed' : 'ok', details, result, begun: true }
  } catch (error) {
    return failed(error)
  }
}

/** What the host answers after the change. @throws what a question could not be answered for */
function stateAfter(on: Session, { item, verdict }: Change): unknown {
  const { probe } = verdict.view
  const answers = probe.questions.map((question) => {
    const known = on.snapshot.look(item.user, question)
    if (known.kind !== 'asked') throw new Error(`"${item.task.name}" was not asked again after its change`)
    if (known.answer instanceof Error) throw known.answer
    return known.answer
  })
  return probe.parse(answers)
}

/** A task that was found in order on a prediction which did not come true: it has to be looked at again. */
export function mustRedo(session: Session, { item, verdict }: Settled): boolean {
  if (verdict.kind !== 'ok' || !verdict.view.predicted) return false
  return planTask(item, session.snapshot, session.results).kind !== 'ok'
}
