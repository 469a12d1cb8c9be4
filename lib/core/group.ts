import { callSite } from './call-site.ts'
import type { Group, GroupEnds, GroupOptions, TaskList } from './task.ts'

export type { Group, GroupEnds, GroupOptions } from './task.ts'

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
