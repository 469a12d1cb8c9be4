import type { Prepared } from '../engine/run/prepare.ts'
import type { Entry, Item } from '../playbook/program.ts'

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
