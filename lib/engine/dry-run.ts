import type { Change } from '../core/change.ts'
import type { Item } from '../playbook/compile.ts'
import { type Bodies, bodyDiffs, fetchBodies } from './bodies.ts'
import { observe } from './observe.ts'
import { type Result, type Verdict, planTask } from './plan-task.ts'
import { describeError, report, shown } from './report.ts'
import { type Session, planned, userOf } from './session.ts'
import { questionsOf } from './wanted.ts'

/** How a dry run judged a task. */
export type Outlook = 'settled' | 'would-change' | 'unknown' | 'failed'

/**
 * Plans the tasks of one host and makes no change. Each task is planned on what the host answered and on what the
 * planned changes before it will leave behind; where that cannot be known the task is `unknown`.
 * @param perhaps items that run only if a task changes something that is unknown, with the name of that task
 */
export async function dryRun(
  session: Session,
  items: readonly Item[],
  ended: (item: Item, outlook: Outlook) => void,
  perhaps: ReadonlyMap<Item, string> = new Map(),
): Promise<void> {
  const { mode } = session
  if (mode.batch) await observe(session, questionsOf(session, items))
  const found: { item: Item; verdict: Verdict }[] = []
  for (const [index, item] of items.entries()) {
    if (mode.stop.aborted) return
    const rest = mode.batch ? items.slice(index) : [item]
    const verdict = doubted(await decide(session, item, rest), perhaps.get(item))
    found.push({ item, verdict })
    foresee(session, item, verdict)
    if (verdict.kind === 'failed' && item.task.options.ignoreErrors !== true) break
  }
  // All bodies in one trip, and only then the reports, so that they come in the order of the tasks.
  const bodies = await bodiesOf(session, found)
  for (const { item, verdict } of found) ended(item, await tell(session, item, verdict, bodies))
}

async function decide(session: Session, item: Item, rest: readonly Item[]): Promise<Verdict> {
  const snapshot = session.snapshots[userOf(item)]
  await observe(session, questionsOf(session, [item]))
  const verdict = planTask(item.task, snapshot, session.results)
  if (verdict.kind !== 'wait' || verdict.after !== undefined) return verdict
  // Its arguments became known only now, from what an earlier task found.
  await observe(session, questionsOf(session, rest))
  return planTask(item.task, snapshot, session.results)
}

// A change that may not come about at all is unknown, and so is all that sees what it may touch.
function doubted(verdict: Verdict, after: string | undefined): Verdict {
  if (after === undefined || verdict.kind !== 'change') return verdict
  return { kind: 'wait', questions: verdict.view.probe.questions, after, touches: verdict.touches }
}

async function bodiesOf(
  session: Session,
  found: readonly { item: Item; verdict: Verdict }[],
): Promise<Bodies> {
  const all = new Map<string, string | Error | undefined>()
  for (const user of ['login', 'root'] as const) {
    const own = found.filter(({ item }) => userOf(item) === user)
    const changes = own.flatMap(({ verdict }) => (verdict.kind === 'change' ? verdict.plan.changes : []))
    for (const [path, body] of await fetchBodies(session, user, changes)) all.set(path, body)
  }
  return all
}

// What later tasks see of this one.
function foresee(session: Session, item: Item, verdict: Verdict): void {
  const { task } = item
  if (verdict.kind === 'change') {
    const { probe } = verdict.view
    // A change that may fail leaves nothing to count on.
    const leaves = task.options.ignoreErrors === true ? [] : (verdict.plan.leaves ?? [])
    planned(session, userOf(item), task.name, verdict.touches, probe.questions, leaves)
    session.results.set(task, predictedResult(session, item, verdict))
  } else if (verdict.kind === 'wait') {
    planned(session, userOf(item), task.name, verdict.touches, verdict.questions, [])
    session.results.set(task, { kind: 'unknown', changed: undefined })
  } else if (verdict.kind === 'ok') {
    session.results.set(task, { kind: 'known', result: { changed: false, state: verdict.view.state } })
  } else session.results.set(task, { kind: 'skipped' })
}

function predictedResult(session: Session, item: Item, verdict: Verdict & { kind: 'change' }): Result {
  const { probe } = verdict.view
  const known = probe.questions.map((question) => session.snapshots[userOf(item)].look(question))
  const complete = known.every((one) => one.kind === 'predicted' || one.kind === 'asked')
  // What a command prints is part of its outcome, and nobody can foretell that.
  if (!complete || item.task.module.outcome !== undefined) return { kind: 'unknown', changed: true }
  const state = probe.parse(known.map((one) => ('answer' in one ? one.answer : undefined)))
  return { kind: 'known', result: { changed: true, state } }
}

async function tell(session: Session, item: Item, verdict: Verdict, bodies: Bodies): Promise<Outlook> {
  switch (verdict.kind) {
    case 'ok':
      report(session, item, 'ok', { because: verdict.because })
      return 'settled'
    case 'skipped':
      report(session, item, 'skipped', { because: verdict.because })
      return 'settled'
    case 'failed':
      report(session, item, 'failed', { error: describeError(verdict.error) })
      return 'failed'
    case 'wait':
      report(session, item, 'unknown', { after: verdict.after ?? 'an earlier task' })
      return 'unknown'
    case 'change': {
      const changes: readonly Change[] = verdict.plan.changes
      const diffs = await bodyDiffs(changes, bodies)
      report(session, item, 'would-change', {
        changes,
        diffs,
        commands: shown(verdict.steps),
      })
      return 'would-change'
    }
  }
}
