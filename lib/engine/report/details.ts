import type { TaskEnded } from '../../core/events.ts'

/** What is told of a task beside its status. */
export type Details = Partial<
  Omit<TaskEnded, 'type' | 'status' | 'play' | 'host' | 'role' | 'task' | 'module'>
>
