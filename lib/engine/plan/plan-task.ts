import type { Change } from '../../core/change.ts'
import { isDeferred } from '../../core/deferred.ts'
import { UserError } from '../../core/errors.ts'
import type { Certain, Keeps, Plan, Step } from '../../core/module.ts'
import type { Probe, Question } from '../../core/probe.ts'
import { EVERYTHING, type Resource, checkResources } from '../../core/resource.ts'
import type { Item } from '../../playbook/program.ts'
import type { Snapshot } from '../look/snapshot.ts'
import { argsOf, asToday, checkedArgs, conditionsMet, settled } from './arguments.ts'
import { failureOf } from './judge.ts'
import type { Results } from './result.ts'
import { type Made, planOf, probeOf } from './shared.ts'

/** What can be said of a task now. */
export type Verdict = Certainty | WaitVerdict | FailedVerdict

export interface FailedVerdict {
  readonly kind: 'failed'
  readonly error: unknown
  /** Questions that the host could not answer, where the task fails for that. A mistake in a reader is not the host's. */
  readonly unanswered?: readonly Question[] | undefined
}

type Certainty =
  | { readonly kind: 'skipped'; readonly because: string }
  | { readonly kind: 'ok'; readonly view: View; readonly because: string | undefined }
  | ChangeVerdict

export interface ChangeVerdict {
  readonly kind: 'change'
  readonly view: View
  readonly plan: Plan
  readonly steps: readonly Step[]
  readonly touches: readonly Resource[]
  readonly keeps?: Keeps | undefined
}

/** Answers are needed first. */
export interface WaitVerdict {
  readonly kind: 'wait'
  readonly questions: readonly Question[]
  /** The task whose change must be made before asking makes sense. */
  readonly after: string | undefined
  readonly touches: readonly Resource[]
  readonly keeps?: Keeps | undefined
  /** What could be said if the host stayed as it is today. */
  readonly today: Certainty | undefined
}

/** A task's arguments and the state they were compared with. */
export interface View {
  readonly args: unknown
  readonly probe: Probe<unknown>
  readonly state: unknown
  /** Some of the state is a prediction. */
  readonly predicted: boolean
}

/**
 * Plans one task against what is known. Pure: no I/O, no clock; the same snapshot and results give the same verdict.
 */
export function planTask(item: Item, snapshot: Snapshot, results: Results): Verdict {
  const { task } = item
  try {
    const met = conditionsMet(item, results)
    if (met.kind === 'skip') return { kind: 'skipped', because: met.because }
    // Whether it will do anything is not known; what it would touch may be.
    if (met.kind === 'unknown') {
      const args = isDeferred(task.args) ? undefined : argsOf(item, task.args)
      const touches = args === undefined ? [EVERYTHING] : staleTouches(item, args, snapshot)
      return presumed(item, met.after, touches, snapshot, results)
    }
    const args = settled(task.args, results)
    if (args.kind === 'skip') return { kind: 'skipped', because: args.because }
    if (args.kind === 'unknown')
      return presumed(item, args.after, task.options.touches ?? [EVERYTHING], snapshot, results)
    return compare(item, checkedArgs(item, args.value, results), snapshot)
  } catch (error) {
    return { kind: 'failed', error }
  }
}

/** A task that is made from what is not known yet, seen as if the tasks before it left what is there today. */
function presumed(
  item: Item,
  after: string,
  touches: readonly Resource[],
  snapshot: Snapshot,
  results: Results,
): WaitVerdict {
  const known = asToday(results)
  const verdict = known === results ? undefined : planTask(item, snapshot, known)
  const today = verdict?.kind === 'wait' ? verdict.today : verdict?.kind === 'failed' ? undefined : verdict
  return { kind: 'wait', questions: [], after, touches, keeps: undefined, today }
}

function compare(item: Item, args: unknown, snapshot: Snapshot): Verdict {
  const { user } = item
  const probe = probeOf(item, args)
  const known = probe.questions.map((question) => snapshot.look(user, question))
  const stale = known.find((one) => one.kind === 'stale')
  if (stale !== undefined || known.some((one) => one.kind === 'missing')) {
    const answers = known.map((one) => {
      if (one.kind === 'stale') return one.today
      if (one.kind === 'missing') return one.before
      return 'answer' in one ? { answer: one.answer } : undefined
    })
    const complete = answers.every((one) => one !== undefined && !(one.answer instanceof Error))
    const today = complete
      ? ifUnchanged(
          item,
          args,
          probe,
          answers.map((one) => one?.answer),
          snapshot,
        )
      : undefined
    // What it really touches depends on what it finds then.
    const possible = staleTouches(item, args, snapshot)
    const touches = today?.kind === 'change' ? [...today.touches, ...possible] : possible
    const state = today === undefined || today.kind === 'skipped' ? undefined : today.view.state
    const keeps = keptBy(item, args, state)
    return { kind: 'wait', questions: probe.questions, after: stale?.by, touches, keeps, today }
  }
  const answers = known.map((one) => ('answer' in one ? one.answer : undefined))
  const broken = answers.find((answer) => answer instanceof Error)
  if (broken !== undefined) {
    const unanswered = probe.questions.filter((_, index) => answers[index] instanceof UserError)
    return { kind: 'failed', error: broken, unanswered }
  }
  const view = {
    args,
    probe,
    state: probe.parse(answers),
    predicted: known.some((one) => one.kind === 'predicted'),
  }
  return planOn(item, view, answers, snapshot)
}

function planOn(
  item: Item,
  view: View,
  answers: readonly unknown[],
  snapshot: Snapshot,
): Exclude<Verdict, WaitVerdict> {
  const { options } = item.task
  const { args, state } = view
  let made: Made
  try {
    made = planOf(item, args, answers, state)
  } catch (error) {
    // A command that only reads has been run by now; whether it failed is the task's to say.
    if (options.failedWhen === undefined) throw error
    made = { plan: { changes: [] }, steps: () => [] }
  }
  const { plan, steps } = made
  if (plan.changes.length === 0) {
    const error = failureOf(item.task, { changed: false, failed: false, state })
    return error === undefined ? { kind: 'ok', view, because: plan.because } : { kind: 'failed', error }
  }
  return {
    kind: 'change',
    view,
    plan,
    steps: steps(),
    touches: touchesOf(item, args, state, snapshot),
    keeps: keptBy(item, args, state),
  }
}

/** What could be said of the task if nothing before it changed what it sees; undefined where it would fail. */
function ifUnchanged(
  item: Item,
  args: unknown,
  probe: Probe<unknown>,
  answers: readonly unknown[],
  snapshot: Snapshot,
): Certainty | undefined {
  try {
    const view = { args, probe, state: probe.parse(answers), predicted: true }
    const verdict = planOn(item, view, answers, snapshot)
    return verdict.kind === 'failed' ? undefined : verdict
  } catch {
    return undefined
  }
}

/** The task's own declaration, else the module's, else everything. */
function touchesOf(item: Item, args: unknown, state: unknown, snapshot: Snapshot): readonly Resource[] {
  const { module, options, name, at } = item.task
  if (options.touches !== undefined) return options.touches
  const certain: Certain = (question) => {
    const known = snapshot.look(item.user, question)
    const holds = known.kind === 'asked' || known.kind === 'predicted'
    return holds && !(known.answer instanceof Error) ? (known.answer as never) : undefined
  }
  const declared = module.touches?.(args, state, certain)
  if (declared === undefined) return [EVERYTHING]
  return checkResources(declared, `${module.name} "${name}" touches`, at)
}

// A task that says itself what it touches is believed, and nothing is kept beside that.
const keptBy = ({ task: { module, options } }: Item, args: unknown, state: unknown): Keeps | undefined =>
  options.touches === undefined ? module.keeps?.(args, state) : undefined

// What a task may touch whose state is not known yet. A module that cannot say without the state may touch everything.
function staleTouches(item: Item, args: unknown, snapshot: Snapshot): readonly Resource[] {
  try {
    return touchesOf(item, args, undefined, snapshot)
  } catch {
    return [EVERYTHING]
  }
}

/** What is left to do, seen from the state after the change. */
export function remaining({ task: { module } }: Item, view: View, after: unknown): readonly Change[] {
  return module.verify?.(view.args, view.state, after) ?? module.plan(view.args, after).changes
}
