import type { SharedOptions, TaskOptions } from './task.ts'

/** The options that tasks and groups have in common. */
export const SHARED: Readonly<Record<keyof SharedOptions, true>> = {
  notify: true,
  tags: true,
  when: true,
  become: true,
  becomeUser: true,
  environment: true,
  ignoreErrors: true,
  delegateTo: true,
  runOnce: true,
  timeoutMs: true,
}

/** The options of a task. */
export const TASK: Readonly<Record<keyof TaskOptions, true>> = {
  ...SHARED,
  touches: true,
  retry: true,
  changedWhen: true,
  failedWhen: true,
  background: true,
  show: true,
  noDiff: true,
}
