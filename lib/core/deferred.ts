import { callSite } from './call-site.ts'
import { UserError } from './errors.ts'
import type { Deferred, Task } from './task.ts'

export type { Deferred, TaskResult } from './task.ts'

type StatesOf<Tasks extends readonly Task[]> = {
  readonly [Index in keyof Tasks]: Tasks[Index] extends Task<infer State> ? State : never
}

/**
 * A value made from the state that earlier tasks of the same play leave behind: arguments of a task, a condition, or
 * a list of tasks.
 *
 * @example
 * const kernel = command('kernel', { argv: ['uname', '-r'], changes: false })
 * return [kernel, copy('kernel', from(kernel, ({ stdout }) => ({ dest: '/etc/kernel', content: stdout })))]
 *
 * @example From several tasks:
 * const os = facts.os('os')
 * const memory = facts.memory('memory')
 * const about = from([os, memory], ({ name }, { total }) => ({ dest: '/etc/motd', content: `${name}, ${total} bytes\n` }))
 * return [os, memory, copy('about', about)]
 *
 * @example Tasks made from what was found:
 * const disks = facts.disks('disks')
 * return [
 *   disks,
 *   from(disks, (mounts) =>
 *     mounts
 *       .filter(({ path }) => path.startsWith('/srv/'))
 *       .map(({ path }) => file(path, { path: `${path}/data`, state: 'directory' })),
 *   ),
 * ]
 */
export function from<State, Value>(task: Task<State>, view: (state: State) => Value): Deferred<Value>
export function from<const Tasks extends readonly Task[], Value>(
  tasks: Tasks,
  view: (...states: StatesOf<Tasks>) => Value,
): Deferred<Value>
export function from(
  tasks: Task | readonly Task[],
  view: (...states: never[]) => unknown,
): Deferred<unknown> {
  if (typeof view !== 'function')
    throw new UserError('E_BAD_ARGUMENT', 'from: the second argument must be a function of the result', {
      at: callSite(from),
      hint: 'From several tasks: from([os, memory], (os, memory) => …).',
    })
  return deferred({
    kind: 'deferred',
    tasks: Array.isArray(tasks) ? (tasks as readonly Task[]) : [tasks as Task],
    reads: 'state',
    resolve: (results) => view(...(results.map(({ state }) => state) as never[])),
  })
}

// In a text it would be "[object Object]".
const deferred = <Value>(value: Deferred<Value>): Deferred<Value> =>
  Object.defineProperty(value, 'toString', {
    value: () => {
      throw new UserError(
        'E_BAD_ARGUMENT',
        'a value made by from, changed or failed is not known yet, and cannot be part of a text',
        {
          hint: 'Make the text inside of it: from(task, (state) => ({ …, content: `…${state.name}` })).',
        },
      )
    },
  })

/**
 * True when the task changed something in this run; for `when`. A run that ends between the two tasks never does the second one: for work
 * that must follow a change, use `notify`.
 */
export function changed(task: Task): Deferred<boolean> {
  return deferred({
    kind: 'deferred',
    tasks: [task],
    reads: 'changed',
    resolve: ([one]) => one?.changed === true,
  })
}

/** True when the task failed in this run; for `when`, and for the tasks of a rescue. */
export function failed(task: Task): Deferred<boolean> {
  return deferred({
    kind: 'deferred',
    tasks: [task],
    reads: 'failed',
    resolve: ([one]) => one?.failed === true,
  })
}

// Only own fields: a user's object may answer anything to a name that it does not have.
export function isDeferred(value: unknown): value is Deferred<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.hasOwn(value, 'kind') &&
    (value as { kind: unknown }).kind === 'deferred' &&
    Object.hasOwn(value, 'resolve')
  )
}
