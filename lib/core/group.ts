import { callSite } from './call-site.ts'
import { UserError } from './errors.ts'
import type { Group, GroupEnds, GroupOptions, TaskList } from './task.ts'

export type { Group, GroupEnds, GroupOptions } from './task.ts'

/**
 * Several tasks with the same options; with `rescue` and `always` what Ansible calls a block.
 *
 * @example
 * const release = copy('release', { dest: '/srv/release', content: '2\n' })
 * const migrate = shell('migrate', { script: './migrate', cwd: '/srv/app' })
 * return [
 *   release,
 *   group({ when: changed(release), tags: ['deploy'] }, [migrate], {
 *     rescue: [shell('roll back', { script: './roll-back', cwd: '/srv/app' })],
 *     always: [file('lock', { path: '/run/deploy.lock', state: 'absent' })],
 *   }),
 * ]
 */
export function group(options: GroupOptions, tasks: TaskList, ends: GroupEnds = {}): Group {
  // JavaScript does not hear of it, and a misspelled rescue would never come.
  const wrong = Object.keys(ends).find((name) => name !== 'rescue' && name !== 'always')
  if (wrong !== undefined)
    throw new UserError('E_BAD_OPTION', `group: there is no part ${wrong}`, {
      at: callSite(group),
      hint: 'After its tasks a group takes { rescue, always }.',
    })
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
