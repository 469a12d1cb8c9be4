import type { TaskResult } from '../../core/deferred.ts'

/** What a task left behind, as far as it is known. */
export type Result =
  | { readonly kind: 'known'; readonly result: TaskResult }
  /** Its change is planned and not made yet, and what it leaves could not be said. */
  | { readonly kind: 'unknown'; readonly changed: boolean | undefined }
  | { readonly kind: 'failed' }
  | { readonly kind: 'skipped' }
