import type { TaskResult } from '../../core/deferred.ts'
import { messageOf } from '../../core/error-message.ts'
import { UserError } from '../../core/errors.ts'
import type { Task } from '../../core/task.ts'

/** The failure that the task's `failedWhen` sees; undefined where it sees none or there is none. */
export function failureOf(task: Task, result: TaskResult): unknown {
  const { failedWhen } = task.options
  if (failedWhen === undefined) return undefined
  try {
    const failed = failedWhen(result)
    if (failed === false) return undefined
    const reason = typeof failed === 'string' ? failed : 'failedWhen returned true'
    return new UserError('E_FAILED_WHEN', reason, { at: task.at })
  } catch (error) {
    return userCodeFailed('failedWhen', error, task)
  }
}

/** Whether a change counts as one. @throws UserError when the task's `changedWhen` cannot say */
export function countsAsChange(task: Task, result: TaskResult): boolean {
  const { changedWhen } = task.options
  if (typeof changedWhen !== 'function') return changedWhen ?? result.changed
  try {
    return changedWhen(result)
  } catch (error) {
    throw userCodeFailed('changedWhen', error, task)
  }
}

/** Whether the task needs no further attempt. @throws UserError when the task's `until` cannot say */
export function isAsWanted(task: Task, result: TaskResult): boolean {
  try {
    return task.options.retry?.until?.(result) ?? true
  } catch (error) {
    throw userCodeFailed('until', error, task)
  }
}

function userCodeFailed(option: string, error: unknown, { name, at }: Task): UserError {
  if (error instanceof UserError) return error
  const message = messageOf(error)
  return new UserError('E_TASK_OPTION', `${option} of "${name}" failed: ${message}`, { at, cause: error })
}
