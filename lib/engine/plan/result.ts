import type { TaskResult } from '../../core/deferred.ts'
import type { Task } from '../../core/task.ts'

/** What a task left behind, as far as it is known. */
export type Result =
  | { readonly kind: 'known'; readonly result: TaskResult }
  /** Its change is planned and not made yet, and what it leaves could not be said. */
  | {
      readonly kind: 'unknown'
      readonly changed: boolean | undefined
      /** What it would leave if the host stayed as it is today. */
      readonly today?: Result | undefined
      /** Its failure would be ignored: the tasks after it run whether it fails or not. @default false */
      readonly mayFail?: boolean | undefined
    }
  | { readonly kind: 'failed' }
  | { readonly kind: 'skipped' }

/** What became of the tasks of a host so far. */
export type Results = Pick<ReadonlyMap<Task, Result>, 'get'>
