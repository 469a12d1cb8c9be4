import {
  type Entry,
  type Item,
  type TaskOfHost,
  type TasksToMake,
  afterFailure,
  askedOf,
  tasksOf,
} from '../../playbook/program.ts'
import { keyOf } from '../../playbook/identify.ts'
import type { Question } from '../../core/probe.ts'
import type { Task } from '../../core/task.ts'
import { groupBy } from '../../core/group-by.ts'
import { type Bodies, bodyQuestions, fetchBodies, predictedBodies } from '../look/bodies.ts'
import { loadFiles } from './load-files.ts'
import { observe, unknown } from '../look/observe.ts'
import { questionsOf, questionsOfOne } from './questions.ts'
import { concerns } from '../look/snapshot.ts'
import { Stopped } from '../look/stopped.ts'
import { reportNotRun } from '../report/report.ts'
import { isAsWanted } from './judge.ts'
import { makeTasks } from './make-tasks.ts'
import { secondLook } from './second-look.ts'
import { refuseOwnRestart } from './own-machine.ts'
import { type Session, endOnce, inTurn, planned, whereRuns } from '../session.ts'
import { type Outlook, tellOutlook } from './outlook.ts'
import { type ChangeVerdict, type Verdict, type WaitVerdict, planTask } from './plan-task.ts'
import { onceFailed } from '../report/failure.ts'
import { tellMissed } from './tell-missed.ts'
import type { Result } from './result.ts'

/** A task that was planned, and what the files that it would change hold before. */
interface Found {
  readonly item: Item
  readonly on: Session
  readonly verdict: Verdict
  readonly foreseen: Bodies
  readonly rescued: boolean
}

/**
 * Plans the tasks of one host and makes no change. Each task is planned on what the host answered and on what the
 * planned changes before it will leave behind; where that cannot be known, on what the host says today, marked as such.
 * @param perhaps items that run only if a task changes something that is unknown, with the name of that task
 * @returns false when a task would fail and no rescue dealt with it
 */
export async function dryRun(
  session: Session,
  program: readonly Entry[],
  ended: (item: Item, outlook: Outlook) => void,
  perhaps: ReadonlyMap<Item, string> = new Map(),
): Promise<boolean> {
  const { mode } = session
  const items = askedOf(program)
  await loadFiles(session, items)
  if (mode.batch) await observe(session, questionsOf(session, items))
  const found: Found[] = []
  let rest = program
  let ok = true
  while (rest.length > 0 && !mode.stop.aborted) {
    const [head, ...behind] = rest
    if (head === undefined) break
    if (head.kind === 'make') {
      rest = [...foreseeTasks(session, head), ...behind]
      continue
    }
    let failed = head.kind === 'failure'
    if (head.kind === 'task') {
      const one = await planEntry(session, head, mode.batch ? rest : [head], perhaps.get(head.item)).catch(
        ifStopped,
      )
      if (one === undefined) break
      failed = one.verdict.kind === 'failed' && !head.item.ignoreErrors
      const rescued = failed && afterFailure(head.places, behind)?.rescued === true
      found.push({ ...one, rescued })
    }
    const next = failed ? afterFailure(head.places, behind) : { rest: behind }
    if (next === undefined) {
      ok = false
      break
    }
    tellMissed(session, rest, next.rest)
    rest = next.rest
  }
  // All bodies in one trip, and only then the reports, so that they come in the order of the tasks.
  const bodies = await bodiesOf(session, found)
  for (const { item, verdict, foreseen, rescued } of found)
    ended(item, await tellOutlook(session, item, verdict, new Map([...bodies, ...foreseen]), rescued))
  if (!ok) reportNotRun(session, rest.slice(1), 'an earlier task would fail')
  else if (mode.stop.aborted) reportNotRun(session, rest, 'the run was stopped')
  return ok
}

// Stopped while it was looked at: what was seen before is told.
function ifStopped(error: unknown): undefined {
  if (!(error instanceof Stopped)) throw error
}

/** Tasks made from what is not known yet cannot be named: what they would do is unknown. */
function foreseeTasks(session: Session, entry: TasksToMake): readonly Entry[] {
  const made = makeTasks(session, entry)
  if (made.kind === 'made') return made.entries
  if (made.kind === 'unknown') {
    const text = `which tasks come after "${made.after}" is known only once it has run`
    session.mode.emit({ type: 'notice', host: session.host.name, level: 'warning', text })
  }
  return made.kind === 'failed' ? [{ kind: 'failure', places: entry.places }] : []
}

async function planEntry(
  session: Session,
  { item, leftOut }: TaskOfHost,
  rest: readonly Entry[],
  perhaps: string | undefined,
): Promise<Omit<Found, 'rescued'>> {
  if (leftOut?.looked === false) {
    session.results.set(item.task, { kind: 'skipped' })
    return { item, on: session, verdict: skipped(leftOut.because), foreseen: new Map() }
  }
  if (!item.runOnce) return planOn(session, item, leftOut, rest, perhaps)
  let mine: Omit<Found, 'rescued'> | undefined
  const planning = session.others.planOnce(keyOf(item), session.host.name, async () => {
    mine = await planOn(session, item, leftOut, rest, perhaps)
    return mine.verdict.kind === 'failed' ? FAILED : (session.results.get(item.task) ?? FAILED)
  })
  const { by, end: result } = await endOnce(session, planning)
  if (mine !== undefined) return mine
  session.results.set(item.task, result)
  const verdict: Verdict =
    result.kind === 'failed'
      ? { kind: 'failed', error: onceFailed(by, item) }
      : skipped(`runs once, on ${by}`)
  return { item, on: session, verdict, foreseen: new Map() }
}

const FAILED: Result = { kind: 'failed' }

async function planOn(
  session: Session,
  item: Item,
  leftOut: TaskOfHost['leftOut'],
  rest: readonly Entry[],
  perhaps: string | undefined,
): Promise<Omit<Found, 'rescued'>> {
  try {
    const on = await whereRuns(session, item)
    const plan = async () => {
      const made = refuseOwnRestart(on.host, item.task, await decide(session, on, item, rest))
      const decided = unlessAwaited(item.task, made)
      const passedOver = leftOut !== undefined && decided.kind !== 'ok'
      const verdict = passedOver ? skipped(leftOut.because) : doubted(decided, perhaps)
      const changes = verdict.kind === 'change' ? verdict.plan.changes : []
      const foreseen = predictedBodies(on, item.user, changes)
      foresee(session, on, item, verdict)
      return { item, on, verdict, foreseen }
    }
    return await inTurn(on, plan, session)
  } catch (error) {
    if (error instanceof Stopped) throw error
    return { item, on: session, verdict: { kind: 'failed', error }, foreseen: new Map() }
  }
}

const skipped = (because: string): Verdict => ({ kind: 'skipped', because })

async function decide(session: Session, on: Session, item: Item, rest: readonly Entry[]): Promise<Verdict> {
  await loadFiles(session, [item])
  const own = questionsOfOne(session, item)
  // What became known by now tells what to ask for the tasks behind it too: all in one trip.
  const fresh = unknown(on, own)
  const behind = on === session && fresh.length > 0 ? rest : []
  await observe(on, [...own, ...questionsOf(session, tasksOf(behind))])
  const plan = (): Verdict => planTask(item, on.snapshot, session.results)
  const verdict = await secondLook(on, item, plan(), fresh, plan)
  if (verdict.kind !== 'wait' || verdict.after !== undefined) return verdict
  // Its arguments became known only now, from what an earlier task found.
  await observe(session, questionsOf(session, tasksOf(rest)))
  return planTask(item, on.snapshot, session.results)
}

// Where its until is not true yet, only the attempts of a real run show whether it becomes true.
function unlessAwaited(task: Task, verdict: Verdict): Verdict {
  if (verdict.kind !== 'ok') return verdict
  const { state } = verdict.view
  if (isAsWanted(task, { changed: false, failed: false, state })) return verdict
  return { kind: 'wait', questions: [], after: task.name, touches: [], today: undefined }
}

// A change that may not come about at all is unknown, and so is all that sees what it may touch.
function doubted(verdict: Verdict, after: string | undefined): Verdict {
  if (after === undefined || verdict.kind !== 'change') return verdict
  return {
    kind: 'wait',
    questions: verdict.view.probe.questions,
    after,
    touches: verdict.touches,
    keeps: verdict.keeps,
    today: undefined,
  }
}

/** What the files that would change hold, one trip a host and user. */
async function bodiesOf(session: Session, found: readonly Found[]): Promise<Bodies> {
  const all = new Map<string, unknown>()
  if (!session.mode.diff) return all
  for (const [on, here] of groupBy(found, (one) => one.on)) {
    for (const [user, own] of groupBy(here, ({ item }) => item.user)) {
      const changes = own.flatMap(({ verdict }) => changeIn(verdict)?.plan.changes ?? [])
      const fetched = await fetchBodies(on, user, bodyQuestions(on, changes))
      for (const [id, body] of fetched) all.set(id, body)
    }
  }
  return all
}

const changeIn = (verdict: Verdict): ChangeVerdict | undefined => {
  if (verdict.kind === 'change') return verdict
  return verdict.kind === 'wait' && verdict.today?.kind === 'change' ? verdict.today : undefined
}

// What later tasks see of this one.
function foresee(session: Session, on: Session, item: Item, verdict: Verdict): void {
  const { task, user } = item
  const set = (result: Result): unknown => session.results.set(task, result)
  if (verdict.kind === 'change') {
    const { probe } = verdict.view
    // A change that may fail leaves nothing to count on.
    const leaves = item.ignoreErrors ? [] : (verdict.plan.leaves ?? [])
    const { touches, keeps } = verdict
    planned(on, { by: task.name, user, touches, own: probe.questions, leaves, keeps })
    set(predictedResult(on, item, verdict))
  } else if (verdict.kind === 'wait') {
    const { touches, questions, keeps, today } = verdict
    const leaves = today?.kind === 'change' ? (today.plan.leaves ?? []) : []
    // What it asks and does not touch stays as it is, such as the accounts and the folders that a file is judged by.
    const touched = (question: Question): boolean =>
      task.options.touches !== undefined || concerns(touches, question.reader.sees(question.key))
    planned(on, {
      by: task.name,
      user,
      touches,
      // What is in order today would stay as it is today.
      own: today?.kind === 'ok' ? [] : questions.filter(touched),
      leaves: leaves.filter(({ question }) => touched(question)),
      presumed: true,
      keeps,
    })
    set({ kind: 'unknown', changed: undefined, today: resultOfToday(today), mayFail: item.ignoreErrors })
  } else if (verdict.kind === 'ok') {
    set({ kind: 'known', result: { changed: false, failed: false, state: verdict.view.state } })
  } else set({ kind: verdict.kind })
}

function resultOfToday(today: WaitVerdict['today']): Result | undefined {
  if (today?.kind === 'change') return { kind: 'unknown', changed: true }
  if (today?.kind === 'skipped') return { kind: 'skipped' }
  return today && { kind: 'known', result: { changed: false, failed: false, state: today.view.state } }
}

function predictedResult(on: Session, { task, user, ignoreErrors }: Item, verdict: ChangeVerdict): Result {
  const { probe } = verdict.view
  const changed =
    typeof task.options.changedWhen === 'function' ? undefined : (task.options.changedWhen ?? true)
  const known = probe.questions.map((question) => on.snapshot.look(user, question))
  const complete = known.every((one) => one.kind === 'predicted' || one.kind === 'asked')
  // What a command prints is part of its outcome, and nobody can foretell that.
  if (!complete || task.module.outcome !== undefined || changed === undefined || ignoreErrors)
    return { kind: 'unknown', changed, mayFail: ignoreErrors }
  const state = probe.parse(known.map((one) => ('answer' in one ? one.answer : undefined)))
  return { kind: 'known', result: { changed, failed: false, state } }
}
