import type { Change } from '../core/change.ts'
import { UserError } from '../core/errors.ts'
import type { ModuleDefinition, Plan, Step } from '../core/module.ts'
import type { Probe, Question } from '../core/probe.ts'
import { EVERYTHING, type Resource } from '../core/resource.ts'
import { type Deferred, type Task, type TaskResult, checkArgs, isDeferred } from '../core/task.ts'
import type { Snapshot } from './snapshot.ts'

/** What a task left behind, as far as it is known. */
export type Result =
  | { readonly kind: 'known'; readonly result: TaskResult }
  /** Its change is planned and not made yet, and what it leaves could not be said. */
  | { readonly kind: 'unknown'; readonly changed: boolean | undefined }
  | { readonly kind: 'skipped' }

/** What can be said of a task now. */
export type Verdict =
  | { readonly kind: 'skipped'; readonly because: string }
  | { readonly kind: 'ok'; readonly view: View; readonly because: string | undefined }
  | {
      readonly kind: 'change'
      readonly view: View
      readonly plan: Plan
      readonly steps: readonly Step[]
      readonly touches: readonly Resource[]
    }
  /** Answers are needed first. `after` is the task whose change must be made before asking makes sense. */
  | {
      readonly kind: 'wait'
      readonly questions: readonly Question[]
      readonly after: string | undefined
      readonly touches: readonly Resource[]
    }
  | { readonly kind: 'failed'; readonly error: unknown }

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
export function planTask(task: Task, snapshot: Snapshot, results: ReadonlyMap<Task, Result>): Verdict {
  try {
    const when = settled(task.options.when ?? true, results)
    if (when.kind === 'skip') return { kind: 'skipped', because: when.because }
    // Whether it will do anything is not known; what it would touch may be.
    if (when.kind === 'unknown') {
      return waitFor(when.after, isDeferred(task.args) ? undefined : staleTouches(task, task.args))
    }
    if (!when.value) return { kind: 'skipped', because: 'its condition is not met' }
    const args = settled(task.args, results)
    if (args.kind === 'skip') return { kind: 'skipped', because: args.because }
    if (args.kind === 'unknown') return waitFor(args.after)
    const checked = isDeferred(task.args)
      ? checkArgs(task.module, task.name, args.value, task.at)
      : args.value
    return compare(task, checked, snapshot)
  } catch (error) {
    return { kind: 'failed', error }
  }
}

const waitFor = (after: string, touches: readonly Resource[] = [EVERYTHING]): Verdict => ({
  kind: 'wait',
  questions: [],
  after,
  touches,
})

function compare(task: Task, args: unknown, snapshot: Snapshot): Verdict {
  const probe = task.module.probe(args)
  const known = probe.questions.map((question) => snapshot.look(question))
  const stale = known.find((one) => one.kind === 'stale')
  const missing = probe.questions.filter((_, i) => known[i]?.kind === 'missing')
  if (stale !== undefined || missing.length > 0) {
    const after = stale?.kind === 'stale' ? stale.by : undefined
    return { kind: 'wait', questions: probe.questions, after, touches: staleTouches(task, args) }
  }
  const answers = known.map((one) => ('answer' in one ? one.answer : undefined))
  const broken = answers.find((answer) => answer instanceof Error)
  if (broken !== undefined) return { kind: 'failed', error: broken }
  const state = probe.parse(answers)
  const view = { args, probe, state, predicted: known.some((one) => one.kind === 'predicted') }
  const plan = task.module.plan(args, state)
  if (plan.changes.length === 0) return { kind: 'ok', view, because: plan.because }
  const steps = task.module.apply(args, state)
  return { kind: 'change', view, plan, steps, touches: touchesOf(task, args, state) }
}

/** The task's own declaration, else the module's, else everything. */
export function touchesOf(task: Task, args: unknown, state: unknown): readonly Resource[] {
  return task.options.touches ?? task.module.touches?.(args, state) ?? [EVERYTHING]
}

// What a task may touch whose state is not known yet. A module that cannot say without the state may touch everything.
function staleTouches(task: Task, args: unknown): readonly Resource[] {
  try {
    return touchesOf(task, args, undefined)
  } catch {
    return [EVERYTHING]
  }
}

/** What is left to do, seen from the state after the change. */
export function remaining(
  module: ModuleDefinition<unknown, unknown>,
  view: View,
  after: unknown,
): readonly Change[] {
  return module.verify?.(view.args, view.state, after) ?? module.plan(view.args, after).changes
}

/** Deferred arguments, once the tasks that they are made from have run; `undefined` before that. */
export function settleArgs(task: Task, results: ReadonlyMap<Task, Result>): unknown {
  try {
    const args = settled(task.args, results)
    return args.kind === 'value' ? checkArgs(task.module, task.name, args.value, task.at) : undefined
  } catch {
    // Told when the task's turn comes.
    return undefined
  }
}

type Settled =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'unknown'; readonly after: string }
  | { readonly kind: 'skip'; readonly because: string }

function settled(value: unknown, results: ReadonlyMap<Task, Result>): Settled {
  if (!isDeferred(value)) return { kind: 'value', value }
  return settleDeferred(value, results)
}

function settleDeferred(deferred: Deferred<unknown>, results: ReadonlyMap<Task, Result>): Settled {
  const found: TaskResult[] = []
  for (const task of deferred.tasks) {
    const result = results.get(task)
    // Not run at all when a tag or --start left it out.
    if (result === undefined || result.kind === 'skipped')
      return { kind: 'skip', because: `"${task.name}" was skipped` }
    if (result.kind === 'unknown') {
      const changed = result.changed
      if (changed === undefined) return { kind: 'unknown', after: task.name }
      // `changed(task)` needs only the bit; a view of the state asks for more and is told that it is not there.
      found.push(new Proxy({ changed, state: undefined } as TaskResult, refuseState(task)))
    } else found.push(result.result)
  }
  try {
    return { kind: 'value', value: deferred.resolve(found) }
  } catch (error) {
    if (error instanceof StateUnknown) return { kind: 'unknown', after: error.task.name }
    if (error instanceof UserError) throw error
    const names = deferred.tasks.map((task) => `"${task.name}"`).join(', ')
    throw new UserError(
      'E_DEFERRED',
      `the value made from ${names} could not be computed: ${String(error)}`,
      {
        cause: error,
      },
    )
  }
}

class StateUnknown extends Error {
  readonly task: Task
  constructor(task: Task) {
    super(`the state that "${task.name}" leaves is not known yet`)
    this.task = task
  }
}

function refuseState(task: Task): ProxyHandler<TaskResult> {
  return {
    get(target, property) {
      if (property === 'state') throw new StateUnknown(task)
      return Reflect.get(target, property) as unknown
    },
  }
}
