import type { Item } from '../playbook/compile.ts'
import { type Applied, type Change, type Planned, type Settled, applySegment } from './apply.ts'
import { mustRedo, verify } from './verify.ts'
import { observe } from './observe.ts'
import { type Verdict, planTask } from './plan-task.ts'
import { describeError, report } from './report.ts'
import { type Session, forget, planned, userOf } from './session.ts'
import { questionsOf } from './wanted.ts'
import { type Resource, overlaps } from '../core/resource.ts'

/** How a task ended that did not end the host's part in the run. */
export type Outcome = 'changed' | 'ok' | 'skipped'

/**
 * Makes the changes of one host, in order. Tasks are planned as far ahead as knowledge reaches; that segment is sent in
 * one stream, together with the questions that verify it and those that the tasks after it need.
 * @returns false when a task failed and the rest was left undone
 */
export async function converge(
  session: Session,
  items: readonly Item[],
  ended: (item: Item, outcome: Outcome) => void,
): Promise<boolean> {
  const { mode } = session
  if (mode.batch) await observe(session, questionsOf(session, items))
  let next = 0
  while (next < items.length && !mode.stop.aborted) {
    if (!mode.batch) forget(session)
    const segment = await planSegment(session, items, next)
    next += segment.length
    const outcome = await carryOut(session, segment, mode.batch ? items.slice(next) : [], ended)
    if (outcome.failed) return false
    if (outcome.redo.length > 0 && !(await converge(session, outcome.redo, ended))) return false
  }
  return true
}

async function carryOut(
  session: Session,
  segment: readonly Planned[],
  rest: readonly Item[],
  ended: (item: Item, outcome: Outcome) => void,
): Promise<{ failed: boolean; redo: Item[] }> {
  const redo: Item[] = []
  const isChange = segment.some((one) => one.kind === 'change')
  const { applied, bodies } = isChange
    ? await applySegment(session, segment, rest)
    : { applied: new Map<Item, Applied>(), bodies: new Map() }
  // Answers that the stream could not carry: those of databases, and those seen with the other user's eyes.
  if (isChange)
    await observe(
      session,
      questionsOf(
        session,
        segment.map(({ item }) => item),
      ),
    )
  for (const one of segment) {
    const { item } = one
    const forgiven = item.task.options.ignoreErrors === true
    if (one.kind === 'settled') {
      if (mustRedo(session, one)) {
        redo.push(item)
        continue
      }
      tell(session, one)
      if (one.verdict.kind === 'failed' && !forgiven) return { failed: true, redo }
      ended(item, one.verdict.kind === 'ok' ? 'ok' : 'skipped')
      continue
    }
    const result = applied.get(item)
    if (result === undefined) return { failed: true, redo }
    const converged = await verify(session, one, result, bodies)
    if (!converged && !forgiven) return { failed: true, redo }
    // A change that failed halfway was still begun, and its handlers are written down on the host.
    ended(item, item.task.module.waits === true ? 'ok' : 'changed')
  }
  return { failed: false, redo }
}

/** The next tasks that can be planned on what is known, at least one. */
async function planSegment(session: Session, items: readonly Item[], start: number): Promise<Planned[]> {
  const segment: Planned[] = []
  for (const item of items.slice(start)) {
    const look = () => planTask(item.task, session.snapshots[userOf(item)], session.results)
    let verdict = look()
    if (verdict.kind === 'wait') {
      if (segment.length > 0) break
      await observe(session, questionsOf(session, session.mode.batch ? items.slice(start) : [item]))
      verdict = look()
      if (verdict.kind === 'wait') throw new Error(`no answer to what "${item.task.name}" asks`)
    }
    const one = place(session, item, verdict, segment)
    if (one === undefined) break
    segment.push(one)
    const failed = verdict.kind === 'failed'
    if (failed || !session.mode.batch || item.task.options.ignoreErrors === true) break
  }
  return segment
}

// Undefined when the task must wait until the changes before it are made and seen.
function place(
  session: Session,
  item: Item,
  verdict: Exclude<Verdict, { kind: 'wait' }>,
  segment: readonly Planned[],
): Change | Settled | undefined {
  const { task } = item
  if (verdict.kind !== 'change') {
    // A failure that a pending change may explain is not a failure yet.
    if (verdict.kind === 'failed' && segment.some((one) => one.kind === 'change')) return undefined
    // What was found in order on a prediction is no result for others to build on before it came true.
    if (verdict.kind === 'ok' && verdict.view.predicted)
      session.results.set(task, { kind: 'unknown', changed: undefined })
    else if (verdict.kind === 'ok')
      session.results.set(task, { kind: 'known', result: { changed: false, state: verdict.view.state } })
    else session.results.set(task, { kind: 'skipped' })
    return { kind: 'settled', item, verdict }
  }
  const first = segment.find((one) => one.kind === 'change')
  if (first !== undefined && userOf(first.item) !== userOf(item)) return undefined
  if (undoes(verdict.touches, segment)) return undefined
  const { steps } = verdict
  const hasSql = steps.some((step) => 'sql' in step)
  if (segment.some((one) => one.kind === 'change' && (hasSql || one.hasSql))) return undefined
  planned(
    session,
    userOf(item),
    task.name,
    verdict.touches,
    verdict.view.probe.questions,
    verdict.plan.leaves ?? [],
  )
  session.results.set(task, { kind: 'unknown', changed: true })
  return { kind: 'change', item, verdict, steps, hasSql }
}

/**
 * Whether a change may alter what verifies an earlier task of the same segment: another change, or one that was found
 * in order on a prediction. Then that one is verified first.
 */
function undoes(touches: readonly Resource[], segment: readonly Planned[]): boolean {
  return segment.some((one) => {
    const { verdict } = one
    if (verdict.kind !== 'change' && !(verdict.kind === 'ok' && verdict.view.predicted)) return false
    return verdict.view.probe.questions.some(({ reader, key }) =>
      reader.sees(key).some((see) => touches.some((touch) => overlaps(touch, see))),
    )
  })
}

function tell(session: Session, { item, verdict }: Settled): void {
  if (verdict.kind === 'failed') report(session, item, 'failed', { error: describeError(verdict.error) })
  else if (verdict.kind !== 'change') report(session, item, verdict.kind, { because: verdict.because })
}
