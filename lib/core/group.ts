import { callSite } from './call-site.ts'
import type { SharedOptions, TaskList } from './task.ts'

/** Tasks that share options, and what to do when one of them fails. */
export interface Group {
  readonly kind: 'group'
  readonly options: GroupOptions
  readonly tasks: TaskList
  readonly rescue: TaskList
  readonly always: TaskList
  readonly at: string
}

export interface GroupOptions extends SharedOptions {
  /** For messages. */
  readonly name?: string | undefined
}

/** What happens beside the tasks of a group. */
export interface GroupEnds {
  /** Run when a task of the group fails. If they succeed, the host goes on behind the group. */
  readonly rescue?: TaskList | undefined
  /** Run in any case, also when the rescue fails. */
  readonly always?: TaskList | undefined
}

/**
 * Several tasks with the same options; with `rescue` and `always` what Ansible calls a block.
 *
 * @example
 * group({ when: changed(release), tags: ['deploy'] }, [migrate, restart], {
 *   rescue: [rollBack],
 *   always: [file('lock', { path: '/run/deploy.lock', state: 'absent' })],
 * })
 */
export function group(options: GroupOptions, tasks: TaskList, ends: GroupEnds = {}): Group {
  return Object.freeze({
    kind: 'group',
    options,
    tasks,
    rescue: ends.rescue ?? [],
    always: ends.always ?? [],
    at: callSite(group),
  })
}

export function isGroup(value: unknown): value is Group {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'group'
}
