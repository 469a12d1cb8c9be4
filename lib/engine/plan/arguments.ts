import { checkArgs } from '../../core/args.ts'
import { type Deferred, type TaskResult, isDeferred } from '../../core/deferred.ts'
import { messageOf } from '../../core/error-message.ts'
import { UserError } from '../../core/errors.ts'
import type { Task } from '../../core/task.ts'
import type { Item } from '../../playbook/program.ts'
import type { Result, Results } from './result.ts'

/** A value that may have been made from the results of earlier tasks. */
export type Settled<Value> =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'unknown'; readonly after: string }
  | { readonly kind: 'skip'; readonly because: string }

/** @throws UserError when the value cannot be made from what is there */
export function settled<Value>(value: Value | Deferred<Value>, results: Results): Settled<Value> {
  return isDeferred(value) ? settle(value as Deferred<Value>, results) : { kind: 'value', value }
}

function settle<Value>(deferred: Deferred<Value>, results: Results): Settled<Value> {
  const found: TaskResult[] = []
  for (const task of deferred.tasks) {
    const one = readResult(task, deferred.reads, results.get(task))
    if ('kind' in one) return one
    found.push(one)
  }
  try {
    return { kind: 'value', value: deferred.resolve(found) }
  } catch (error) {
    if (error instanceof UserError) throw error
    const names = deferred.tasks.map((task) => `"${task.name}"`).join(', ')
    const message = `the value made from ${names} could not be computed: ${messageOf(error)}`
    throw new UserError('E_DEFERRED', message, { cause: error })
  }
}

type Unusable = Exclude<Settled<never>, { kind: 'value' }>

/** What is known of a task, as far as a deferred value needs it. */
function readResult(
  task: Task,
  reads: Deferred<unknown>['reads'],
  result: Result | undefined,
): TaskResult | Unusable {
  const ended = { changed: false, failed: false, state: undefined }
  switch (result?.kind) {
    case 'known':
      return result.result
    case 'failed':
      // The change of a task that failed halfway may have been made.
      if (reads === 'state') return { kind: 'skip', because: `"${task.name}" failed` }
      return { ...ended, changed: true, failed: true }
    case 'unknown':
      if (reads === 'changed' && result.changed !== undefined) return { ...ended, changed: result.changed }
      // A dry run tells what happens when nothing ends the host's part in the run.
      if (reads === 'failed' && result.mayFail !== true) return ended
      return { kind: 'unknown', after: task.name }
    default:
      // Not run at all when a tag left it out.
      return reads === 'failed' ? ended : { kind: 'skip', because: `"${task.name}" was skipped` }
  }
}

const views = new WeakMap<Results, Results>()

/** The results as if tasks of which that is not known left what is there today. Results that are seen so already stay. */
export function asToday(results: Results): Results {
  const known = views.get(results)
  if (known !== undefined) return known
  const view: Results = {
    get: (task) => {
      const result = results.get(task)
      return result?.kind === 'unknown' ? (result.today ?? result) : result
    },
  }
  views.set(results, view)
  views.set(view, view)
  return view
}

/** Whether all conditions of an item are met. */
export function conditionsMet({ conditions }: Item, results: Results): Settled<true> {
  let unknown: Settled<true> | undefined
  for (const condition of conditions) {
    const one = settled(condition, results)
    if (one.kind === 'skip') return one
    if (one.kind === 'value' && !one.value) return { kind: 'skip', because: notMet(condition) }
    if (one.kind === 'unknown') unknown ??= one
  }
  return unknown ?? { kind: 'value', value: true }
}

function notMet(condition: boolean | Deferred<boolean>): string {
  if (!isDeferred(condition)) return 'when is false'
  const names = condition.tasks.map(({ name }) => `"${name}"`).join(' and ')
  if (condition.reads === 'changed') return `${names} changed nothing`
  return condition.reads === 'failed' ? `${names} did not fail` : `when is false for the result of ${names}`
}

const adapted = new WeakMap<object, Map<string, unknown>>()

/** Checked arguments, with the environment of the task for modules that run commands of the user. The same object each time. */
export function argsOf({ task: { module }, environment }: Item, args: unknown): unknown {
  const names = Object.keys(environment)
  if (names.length === 0 || module.withEnvironment === undefined || typeof args !== 'object' || args === null)
    return args
  const key = JSON.stringify(environment)
  const known = adapted.get(args) ?? new Map<string, unknown>()
  adapted.set(args, known)
  if (!known.has(key)) known.set(key, module.withEnvironment(args, environment))
  return known.get(key)
}

const made = new WeakMap<Item, { readonly from: readonly unknown[]; readonly args: unknown }>()

/**
 * Checked arguments of an item, however they are made. The same results give the same object: what was read for it is
 * not read again.
 * @throws UserError
 */
export function checkedArgs(item: Item, value: unknown, results: Results): unknown {
  const { task } = item
  if (!isDeferred(task.args)) return argsOf(item, value)
  const from = task.args.tasks.map((one) => results.get(one))
  const known = made.get(item)
  if (known?.from.every((one, i) => one === from[i])) return known.args
  const args = argsOf(
    item,
    checkArgs(task.module, task.name, value, () => task.at),
  )
  made.set(item, { from, args })
  return args
}

/** Deferred arguments, once the tasks that they are made from have run; `undefined` before that. */
export function settleArgs(item: Item, results: Results): unknown {
  try {
    const known = asToday(results)
    const args = settled(item.task.args, known)
    return args.kind === 'value' ? checkedArgs(item, args.value, known) : undefined
  } catch {
    // Told when the task's turn comes.
    return undefined
  }
}
