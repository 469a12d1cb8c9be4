import type { Entry, Item, TaskOfHost, TasksToMake } from '../../playbook/program.ts'
import { afterFailure, askedOf, tasksOf } from '../../playbook/program.ts'
import { loadFiles } from '../plan/load-files.ts'
import { observe } from '../look/observe.ts'
import { Stopped, unlessStopped } from '../look/stopped.ts'
import { questionsOf } from '../plan/questions.ts'
import { reportNotRun } from '../report/report.ts'
import { type Session, forgetEverything, inTurn } from '../session.ts'
import { questionsAhead } from './ahead.ts'
import { type AppliedSegment, applyChanges, needsProof } from './apply.ts'
import { announcer } from './announce.ts'
import type { Change } from './change.ts'
import type { Ended } from '../plan/ended.ts'
import { changeEnd, conclude, mustRedo, settledEnd } from './conclude.ts'
import { makeTasks } from '../plan/make-tasks.ts'
import { NOT_WANTED, askFirst, passOver } from './pass-over.ts'
import { runAlone } from './run-alone.ts'
import { tellMissed } from '../plan/tell-missed.ts'
import { type Segment, planSegment, standsAlone } from './segment.ts'

/** Called for each task that ended and did not end the host's part in the run. */
export type OnEnd = (item: Item, ended: Ended) => void

/** Called when tasks were made from what was found, before the first of them is looked at. */
export type OnMade = (items: readonly Item[]) => Promise<void>

export interface ProgramEnd {
  /** False when a task failed and no rescue dealt with it. */
  readonly ok: boolean
  /** The tasks that came to their turn. */
  readonly done: readonly Item[]
}

/**
 * Makes the changes of one host, in order. Tasks are planned as far ahead as knowledge reaches; that segment is sent in
 * one stream, together with the questions that verify it and those that the tasks after it need.
 */
export async function runProgram(
  session: Session,
  program: readonly Entry[],
  onEnd: OnEnd,
  onMade: OnMade = () => Promise.resolve(),
): Promise<ProgramEnd> {
  const { mode } = session
  const done: Item[] = []
  let rest = program
  if (mode.batch)
    await inTurn(session, async () => {
      await loadFiles(session, askedOf(program))
      await unlessStopped(observe(session, questionsOf(session, askedOf(program))))
    })
  const end = (entry: TaskOfHost, ended: Ended): void => {
    done.push(entry.item)
    onEnd(entry.item, ended)
  }
  while (rest.length > 0) {
    const [head, ...behind] = rest
    if (head === undefined) break
    if (head.kind !== 'failure') session.trail?.at(head)
    if (mode.stop.aborted) {
      reportNotRun(session, rest, 'the run was stopped')
      return { ok: true, done }
    }
    const step = await takeStep(session, head, behind, rest, end, onMade)
      .catch(ifStopped(rest))
      .catch((error: unknown) => {
        if (mode.stop.aborted) tellCutOff(session, rest, done)
        throw error
      })
    if (step.failedAt === undefined) {
      tellMissed(session, rest, step.rest)
      rest = step.rest
      continue
    }
    const next = afterFailure(step.failedAt.places, step.rest)
    if (next === undefined) {
      if (step.failedAt.kind !== 'failure') session.trail?.at(step.failedAt)
      reportNotRun(session, step.rest, step.because ?? 'an earlier task failed')
      return { ok: false, done }
    }
    const left = [...step.redo, ...next.rest]
    tellMissed(session, rest, left)
    rest = left
  }
  return { ok: true, done }
}

/** What one step through a program came to. */
interface StepEnd {
  readonly rest: readonly Entry[]
  /** Where something failed that is not ignored. */
  readonly failedAt?: Entry | undefined
  readonly because?: string
  /** Tasks before the failure that have to be looked at again. */
  readonly redo: readonly Entry[]
}

// Stopped while it was looked at: it was not begun.
const ifStopped =
  (rest: readonly Entry[]) =>
  (error: unknown): StepEnd => {
    if (error instanceof Stopped) return { rest, redo: [] }
    throw error
  }

// Ended at once, in the middle of a change. Of what was sent together, nobody knows what was begun.
function tellCutOff(session: Session, rest: readonly Entry[], done: readonly Item[]): void {
  const left = rest.filter((entry) => entry.kind === 'task' && !done.includes(entry.item))
  const sent = session.mode.batch ? left.length : 1
  reportNotRun(session, left.slice(0, sent), 'the run was ended at once: it may have been begun')
  reportNotRun(session, left.slice(sent), 'the run was stopped')
}

type End = (entry: TaskOfHost, ended: Ended) => void

async function takeStep(
  session: Session,
  head: Entry,
  behind: readonly Entry[],
  rest: readonly Entry[],
  end: End,
  onMade: OnMade,
): Promise<StepEnd> {
  if (head.kind === 'failure') return { rest: behind, failedAt: head, redo: [] }
  if (head.kind === 'make') return make(session, head, behind, onMade)
  if (head.leftOut !== undefined)
    return endOf(session, head, await passOver(session, head.item, head.leftOut), behind, end)
  const answer = await askFirst(session, head.item)
  if (answer === 'stopped') return { rest, redo: [] }
  // Told and no more: a handler that is skipped is still owed.
  if (answer === 'skip') {
    conclude(session, head.item, NOT_WANTED)
    return { rest: behind, redo: [] }
  }
  if (standsAlone(head.item)) {
    const ended = await runAlone(session, head.item)
    if (ended === undefined) return { rest, redo: [] }
    return endOf(session, head, ended, behind, end)
  }
  return inTurn(session, () => takeSegment(session, rest, end))
}

async function make(
  session: Session,
  entry: TasksToMake,
  behind: readonly Entry[],
  onMade: OnMade,
): Promise<StepEnd> {
  const made = makeTasks(session, entry)
  if (made.kind === 'failed') return { rest: behind, failedAt: entry, redo: [], because: made.because }
  const tasks = made.kind === 'made' ? made.entries : []
  session.trail?.made(entry, tasks)
  await onMade(tasksOf(tasks))
  return { rest: [...tasks, ...behind], redo: [] }
}

/** Reports a task. Its failure is told with what will be done about it. */
function endOf(
  session: Session,
  entry: TaskOfHost,
  ended: Ended,
  behind: readonly Entry[],
  end: End,
): StepEnd {
  const { item } = entry
  const failed = ended.status === 'failed' && !item.ignoreErrors
  const rescued = failed && afterFailure(entry.places, behind)?.rescued === true
  const details = rescued ? { ...ended.details, rescued: true } : ended.details
  conclude(session, item, { ...ended, details })
  if (!failed || rescued) end(entry, ended)
  if (!failed) return { rest: behind, redo: [] }
  return { rest: behind, failedAt: entry, redo: [], because: `"${item.task.name}" failed` }
}

async function takeSegment(session: Session, rest: readonly Entry[], end: End): Promise<StepEnd> {
  if (!session.mode.batch) forgetEverything(session)
  const segment = await planSegment(session, rest)
  const behind = rest.slice(segment.entries.length)
  const { applied, bodies } = await applySegment(session, segment, behind)
  const redo: Entry[] = []
  for (const [index, entry] of segment.entries.entries()) {
    const one = segment.planned[index]
    const after = [...segment.entries.slice(index + 1), ...behind]
    let ended: Ended
    if (one?.kind === 'change') {
      const result = applied.get(entry.item)
      // Stopped before it was begun.
      if (result === undefined) return { rest: [...redo, entry, ...after], redo: [] }
      ended = await changeEnd(session, one, result, bodies)
    } else if (one === undefined || mustRedo(session, one)) {
      redo.push(entry)
      continue
    } else ended = settledEnd(one)
    const step = endOf(session, entry, ended, after, end)
    if (step.failedAt !== undefined) return { ...step, redo }
  }
  return { rest: [...redo, ...behind], redo: [] }
}

const NOTHING: AppliedSegment = { applied: new Map(), bodies: new Map() }

async function applySegment(
  session: Session,
  segment: Segment,
  behind: readonly Entry[],
): Promise<AppliedSegment> {
  const changes = segment.planned.filter((one): one is Change => one.kind === 'change')
  if (changes.length === 0) return NOTHING
  const own = questionsOf(
    session,
    segment.entries.map(({ item }) => item),
  )
  const ahead = session.mode.batch ? questionsAhead(session, tasksOf(behind)) : []
  const applied = await applyChanges(session, changes, [...own, ...ahead], announcer(session))
  // Answers that the stream could not carry: those of channels, and those seen with another user's eyes.
  if (changes.every(({ item }) => needsProof(item, applied.applied.get(item)?.error)))
    await observe(session, own, 'proof')
  return applied
}
