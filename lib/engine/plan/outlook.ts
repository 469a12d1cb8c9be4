import type { Item } from '../../playbook/program.ts'
import { type Bodies, bodyDiffs } from '../look/bodies.ts'
import { describeError } from '../report/failure.ts'
import { report, shownSteps } from '../report/report.ts'
import type { Session } from '../session.ts'
import type { ChangeVerdict, Verdict, WaitVerdict } from './plan-task.ts'

/** How a dry run judged a task. */
export type Outlook = 'settled' | 'would-change' | 'unknown' | 'failed'

/** Tells what a task would do. */
export async function tellOutlook(
  session: Session,
  item: Item,
  verdict: Verdict,
  bodies: Bodies,
  rescued: boolean,
): Promise<Outlook> {
  switch (verdict.kind) {
    case 'ok':
    case 'skipped':
      report(session, item, verdict.kind, { because: verdict.because })
      return 'settled'
    case 'failed':
      report(session, item, 'failed', { error: describeError(verdict.error), ...(rescued && { rescued }) })
      return 'failed'
    case 'wait':
      return verdict.today?.kind === 'change'
        ? tellChange(session, item, verdict.today, bodies, verdict.after)
        : tellUnknown(session, item, verdict)
    case 'change':
      return tellChange(session, item, verdict, bodies, undefined)
  }
}

function tellUnknown(
  session: Session,
  item: Item,
  { after = 'an earlier task', today }: WaitVerdict,
): Outlook {
  const because =
    today?.kind === 'ok'
      ? 'ok in the current state of the host'
      : today?.kind === 'skipped'
        ? `skipped in the current state of the host: ${today.because}`
        : undefined
  report(session, item, 'unknown', { after, because })
  return 'unknown'
}

async function tellChange(
  session: Session,
  item: Item,
  { plan, steps }: ChangeVerdict,
  bodies: Bodies,
  after: string | undefined,
): Promise<Outlook> {
  const { changedWhen, noDiff } = item.task.options
  const diffs = noDiff === true ? [] : await bodyDiffs(plan.changes, bodies)
  const because = after === undefined ? undefined : 'in the current state of the host'
  const details = { changes: plan.changes, diffs, commands: shownSteps(steps), after, because }
  if (changedWhen === false) {
    report(session, item, 'ok', { ...details, because: 'it would run, but changedWhen is false' })
    return 'settled'
  }
  // Only what it prints says whether it is a change.
  if (typeof changedWhen === 'function') {
    report(session, item, 'unknown', { ...details, after: item.task.name })
    return 'unknown'
  }
  report(session, item, 'would-change', details)
  return 'would-change'
}
