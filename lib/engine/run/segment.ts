import { UserError } from '../../core/errors.ts'
import type { Task } from '../../core/task.ts'
import { type Entry, type Item, type TaskOfHost, tasksOf } from '../../playbook/program.ts'
import { loadFiles } from '../plan/load-files.ts'
import { refuseOwnRestart } from '../plan/own-machine.ts'
import { type Wanted, observe, unknown } from '../look/observe.ts'
import type { PlannedChange } from '../look/snapshot.ts'
import { questionsOf } from '../plan/questions.ts'
import { secondLook } from '../plan/second-look.ts'
import { type Verdict, type WaitVerdict, planTask } from '../plan/plan-task.ts'
import { type Session, planned } from '../session.ts'
import { type Planned, changeOf } from './change.ts'
import { stayWanted } from './stay-wanted.ts'
import { Watched } from './watched.ts'

/** Tasks that are planned ahead and sent in one stream. */
export interface Segment {
  readonly entries: readonly TaskOfHost[]
  readonly planned: readonly Planned[]
}

/** A task that is not planned ahead: it may be tried again, runs elsewhere, or waits for something. */
export function standsAlone({ task, delegateTo, runOnce }: Item): boolean {
  const { retry, background } = task.options
  const waits = task.module.waits !== undefined
  return waits || runOnce || delegateTo !== undefined || retry !== undefined || background === true
}

/** The next tasks that can be planned on what is known, at least one. The first entry is a task that does not stand alone. */
export async function planSegment(session: Session, rest: readonly Entry[]): Promise<Segment> {
  const { batch } = session.mode
  const entries: TaskOfHost[] = []
  const found: Planned[] = []
  const watched = new Watched()
  for (const entry of rest) {
    if (entry.kind !== 'task' || standsAlone(entry.item)) break
    const { item } = entry
    const look = (): Verdict =>
      refuseOwnRestart(session.host, item.task, planTask(item, session.snapshot, session.results))
    // What it asks may depend on it. Of arguments made from a result it was not known before.
    await loadFiles(session, [item])
    let verdict = look()
    let fresh: readonly Wanted[] = []
    if (verdict.kind === 'wait') {
      if (found.length > 0) break
      const upcoming = batch ? tasksOf(rest) : [item]
      await loadFiles(session, upcoming)
      fresh = unknown(session, questionsOf(session, upcoming))
      await observe(session, fresh)
      verdict = look()
    }
    if (found.every((one) => one.kind !== 'change'))
      verdict = await secondLook(session, item, verdict, fresh, look)
    if (verdict.kind === 'wait') verdict = { kind: 'failed', error: noAnswer(item.task) }
    const one = place(session, item, verdict, { found, watched, rest })
    if (one === undefined) break
    watched.add(one)
    entries.push(entry)
    found.push(one)
    // What comes after it depends on how it ends.
    const { failedWhen } = item.task.options
    if (verdict.kind === 'failed' || !batch || item.ignoreErrors || failedWhen !== undefined) break
  }
  return { entries, planned: found }
}

/** A question that was asked and has no answer: it is another one each time. */
export const noAnswer = ({ name, module, at }: Task): UserError =>
  new UserError('E_NO_ANSWER', `${module.name} "${name}" got no answer to one of its questions`, {
    at,
    hint: 'Define readers once, outside of functions: the engine compares them by object identity.',
  })

/** What is planned of a segment by now. */
interface SoFar {
  readonly found: readonly Planned[]
  readonly watched: Watched
  readonly rest: readonly Entry[]
}

// Undefined when the task must wait until the changes before it are made and seen.
function place(
  session: Session,
  item: Item,
  verdict: Exclude<Verdict, WaitVerdict>,
  { found, watched, rest }: SoFar,
): Planned | undefined {
  const { task } = item
  if (verdict.kind !== 'change') {
    // A failure that a pending change may explain is not a failure yet.
    if (verdict.kind === 'failed' && found.some((one) => one.kind === 'change')) return undefined
    // What was found in order on a prediction is no result for others to build on before it came true.
    if (verdict.kind === 'ok' && verdict.view.predicted)
      session.results.set(task, { kind: 'unknown', changed: undefined })
    else if (verdict.kind === 'ok')
      session.results.set(task, {
        kind: 'known',
        result: { changed: false, failed: false, state: verdict.view.state },
      })
    else session.results.set(task, { kind: 'skipped' })
    return { kind: 'settled', item, verdict }
  }
  const first = found.find((one) => one.kind === 'change')
  if (first !== undefined && first.item.user !== item.user) return undefined
  const change = changeOf(item, verdict)
  if (found.some((one) => one.kind === 'change' && (change.alone || one.alone))) return undefined
  const wish: PlannedChange = {
    by: task.name,
    user: item.user,
    touches: verdict.touches,
    own: verdict.view.probe.questions,
    leaves: verdict.plan.leaves ?? [],
  }
  const altered = watched.alteredBy(verdict.touches)
  if (altered.size > 0 && !stayWanted(session, altered, wish, rest)) return undefined
  planned(session, wish)
  // Whether it counts as a change may only be known from what it prints.
  const changed =
    typeof task.options.changedWhen === 'function' ? undefined : (task.options.changedWhen ?? true)
  session.results.set(task, { kind: 'unknown', changed })
  return change
}
