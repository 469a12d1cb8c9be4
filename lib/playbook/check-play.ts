import { UserError } from '../core/errors.ts'
import type { Task, TaskOptions } from '../core/task.ts'
import { refuseUnknown } from './options.ts'
import type { Play } from './playbook.ts'

const PLAY: Record<keyof Play, true> = {
  name: true,
  hosts: true,
  become: true,
  serial: true,
  anyErrorsFatal: true,
  tags: true,
  roles: true,
  tasks: true,
}

const TASK: Record<keyof TaskOptions, true> = {
  notify: true,
  tags: true,
  when: true,
  become: true,
  touches: true,
  ignoreErrors: true,
}

/** @throws UserError for an option that a play does not have, and for a `serial` that is no number of hosts */
export function checkPlay(play: Play): void {
  refuseUnknown(play, PLAY, `play ${play.name}`)
  const { serial } = play
  if (serial !== undefined && !(Number.isInteger(serial) && serial > 0))
    throw new UserError('E_BAD_PLAY', `play ${play.name}: serial must be a whole number from 1`)
}

/** @throws UserError for an option that a task does not have */
export function checkOptions(task: Task): void {
  refuseUnknown(task.options, TASK, `${task.module.name} "${task.name}"`, task.at)
}
