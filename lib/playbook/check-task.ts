import { type Deferred, isDeferred } from '../core/deferred.ts'
import { UserError } from '../core/errors.ts'
import { checking, mistake } from '../core/mistakes.ts'
import { checkResources } from '../core/resource.ts'
import type { SharedOptions, Task } from '../core/task.ts'
import { checkDeferredArgs } from './check-deferred.ts'
import { TASK } from '../core/option-names.ts'
import { checkShared, refuseUnknown } from './check-shared-options.ts'

/** @throws UserError for a task that is wrong whatever the host says */
export function checkTask(
  task: Task,
  listed: ReadonlySet<Task>,
  handlers: ReadonlyMap<Task, unknown>,
  hosts: readonly string[],
): void {
  checkOptions(task, hosts)
  if (listed.has(task))
    mistake(
      new UserError('E_DUPLICATE_TASK', `"${task.name}" is listed twice`, {
        at: task.at,
        hint: 'List it once, or call the module again for a second task.',
      }),
    )
  if (handlers.has(task))
    mistake(
      new UserError('E_BAD_HANDLER', `"${task.name}" is listed as a task and notified`, {
        at: task.at,
        hint: 'List it in notify only; it runs at the end of the play.',
      }),
    )
  checkDependencies(`"${task.name}"`, dependencies(task), listed, task.at)
  const { args } = task
  if (isDeferred(args))
    checking(
      () => checkDeferredArgs(task, args),
      () => {},
    )
}

/** @throws UserError for tasks that are not listed before whatever is made from their results */
export const checkDependencies = (
  what: string,
  needed: readonly Task[],
  listed: ReadonlySet<Task>,
  at?: string,
): void => {
  for (const missing of needed.filter((task) => !listed.has(task)))
    mistake(
      new UserError('E_BAD_DEPENDENCY', `${what} needs "${missing.name}", which is not listed before it`, {
        at: at ?? missing.at,
        hint: 'List the task that it depends on earlier in the same play.',
      }),
    )
}

/** @throws UserError for an option that a task does not have, and for a value that an option cannot have */
function checkOptions(task: Task, hosts: readonly string[]): void {
  const where = `${task.module.name} "${task.name}"`
  refuseUnknown(task.options, TASK, where, () => task.at)
  checkShared(task.options, where, hosts, () => task.at)
  const { touches, retry, failedWhen } = task.options
  if (touches !== undefined)
    checking(
      () => checkResources(touches, `${where}: touches`, task.at),
      () => [],
    )
  if (retry !== undefined) {
    refuseUnknown(retry, { times: true, delayMs: true, until: true }, `${where}: retry`, () => task.at)
    const { times = 1, delayMs = 0 } = retry
    if (typeof retry !== 'object' || !Number.isInteger(times) || times < 1 || !(delayMs >= 0))
      bad(where, 'retry takes times from 1 and delayMs from 0: { times: 3 }', task.at)
  }
  if (failedWhen !== undefined && typeof failedWhen !== 'function')
    bad(where, 'failedWhen takes a function', task.at)
}

const bad = (where: string, what: string, at: string): void =>
  mistake(new UserError('E_BAD_OPTION', `${where}: ${what}`, { at }))

/** @throws UserError for a handler that could not run */
export function checkHandler(handler: Task, listed: ReadonlySet<Task>, hosts: readonly string[]): void {
  if (listed.has(handler))
    mistake(
      new UserError('E_BAD_HANDLER', `"${handler.name}" is notified and listed as a task`, {
        at: handler.at,
        hint: 'List it in notify only; it runs at the end of the play.',
      }),
    )
  checkOptions(handler, hosts)
  if (handler.options.notify !== undefined)
    mistake(
      new UserError(
        'E_BAD_HANDLER',
        `the handler "${handler.name}" notifies other handlers, which would never run`,
        {
          at: handler.at,
          hint: 'Notify all of them from the task; they run in the order in which they are first notified.',
        },
      ),
    )
}

/** The handlers that options name. @throws UserError for a name instead of the handler itself */
export function handlersOf({
  name,
  options: { notify },
  at,
}: {
  readonly name: string
  readonly options: SharedOptions
  readonly at: string
}): readonly Task[] {
  const list: readonly (Task | undefined)[] =
    notify === undefined ? [] : Array.isArray(notify) ? (notify as readonly Task[]) : [notify as Task]
  return list.filter((handler): handler is Task => {
    const isTask = handler?.kind === 'task'
    // JavaScript users can pass a name here, which would silently never run (ansible#14923).
    if (!isTask)
      mistake(
        new UserError('E_BAD_HANDLER', `"${name}" notifies ${JSON.stringify(handler)}, which is not a task`, {
          at,
          hint: "Pass the handler itself: const restart = serviceRestart('restart app', { name: 'app' }); … { notify: restart }",
        }),
      )
    return isTask
  })
}

/** The tasks whose results the arguments or the condition of `task` are made from. */
export function dependencies(task: Task): readonly Task[] {
  const values: unknown[] = [task.args, task.options.when]
  return values.filter(isDeferred).flatMap(({ tasks }: Deferred<unknown>) => tasks)
}
