import type { TaskResult } from '../../core/deferred.ts'
import type { TaskStatus } from '../../core/events.ts'
import type { Details } from '../report/details.ts'

/** How one attempt of one task ended. */
export interface Ended {
  readonly status: Extract<TaskStatus, 'ok' | 'changed' | 'skipped' | 'failed'>
  readonly details: Details
  /** Undefined for a task that was skipped, and for one that failed before it left anything. */
  readonly result: TaskResult | undefined
  /** A change was begun, even if it does not count as one: what it touched is not as it was. */
  readonly begun: boolean
}
