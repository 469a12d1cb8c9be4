import type { Prepared } from '../engine/run/prepare.ts'
import { type Entry, type Item, tasksOf } from '../playbook/program.ts'

/** What `--list-hosts`, `--list-tasks` and `--list-tags` print; nothing is asked of any host. */
export function listing(prepared: Prepared, what: { hosts: boolean; tasks: boolean; tags: boolean }): string {
  const lines: string[] = []
  for (const { play, hosts } of prepared.plays) {
    lines.push(`play: ${play.name}`)
    if (what.hosts) lines.push(`  hosts (${hosts.length}):`, ...hosts.map(({ host }) => `    ${host.name}`))
    if (what.tasks)
      lines.push('  tasks:', ...unique(hosts.flatMap(({ program }) => program.flatMap(entryLines))))
    if (what.tags) {
      const tags = unique(hosts.flatMap((host) => [...host.tags])).toSorted()
      lines.push(`  tags: ${tags.join(', ') || 'none'}`)
    }
  }
  return `${lines.join('\n')}\n`
}

/** The same as objects for `--output json`, one a play. */
export function listed(
  prepared: Prepared,
  what: { hosts: boolean; tasks: boolean; tags: boolean },
): readonly object[] {
  return prepared.plays.map(({ play, hosts }) => {
    const items = hosts.flatMap(({ program }) => tasksOf(program))
    // The same task on several hosts is one line above, and one entry here.
    const tasks = new Map(
      items.map((item) => [
        taskLine(item),
        { role: item.role, task: item.task.name, module: item.task.module.name, tags: unique(item.tags) },
      ]),
    )
    return {
      type: 'list',
      play: play.name,
      ...(what.hosts && { hosts: hosts.map(({ host }) => host.name) }),
      ...(what.tasks && { tasks: [...tasks.values()] }),
      ...(what.tags && { tags: unique(items.flatMap(({ tags }) => tags)).toSorted() }),
    }
  })
}

function entryLines(entry: Entry): string[] {
  if (entry.kind === 'task') return [taskLine(entry.item)]
  if (entry.kind === 'failure') return []
  return [`    … tasks made from ${entry.list.tasks.map(({ name }) => `"${name}"`).join(' and ')}`]
}

function taskLine({ role, task, tags }: Item): string {
  const labels = tags.length > 0 ? `  [${unique(tags).join(', ')}]` : ''
  return `    ${role === '' ? '' : `${role} › `}${task.name} (${task.module.name})${labels}`
}

const unique = (texts: readonly string[]): string[] => [...new Set(texts)]
