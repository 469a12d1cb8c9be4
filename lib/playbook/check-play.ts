import { UserError } from '../core/errors.ts'
import { didYouMean } from '../core/suggest.ts'
import type { Task, TaskOptions } from '../core/task.ts'
import type { Play } from './playbook.ts'

/*
 * TypeScript refuses a misspelled option, but playbooks are run without asking it, and may be JavaScript. An option that
 * nobody reads would silently do nothing: `notfy` would never restart anything.
 */

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

function refuseUnknown(options: object, known: object, where: string, at?: string): void {
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(known, name)) continue
    const near = didYouMean(name, Object.keys(known))
    const hint = near === undefined ? `There are ${Object.keys(known).join(', ')}.` : `Did you mean ${near}?`
    throw new UserError('E_BAD_OPTION', `${where}: there is no option ${name}`, { at, hint })
  }
}
