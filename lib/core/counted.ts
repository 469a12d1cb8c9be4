import type { TaskEnded, TaskStatus } from './events.ts'

/** How a task counts: a failure that was ignored, or that a rescue dealt with, is no failure of the run. */
export type Counted = TaskStatus | 'ignored' | 'rescued'

export function countedAs({ status, ignored, rescued }: TaskEnded): Counted {
  if (status !== 'failed') return status
  return ignored === true ? 'ignored' : rescued === true ? 'rescued' : 'failed'
}

/** Whether the run failed with the task. */
export const isFailure = (event: TaskEnded): boolean => countedAs(event) === 'failed'
