import type { Prepared } from '../engine/prepare.ts'

/** What `--list-hosts`, `--list-tasks` and `--list-tags` print; nothing is asked of any host. */
export function listing(prepared: Prepared, what: { hosts: boolean; tasks: boolean; tags: boolean }): string {
  const lines: string[] = []
  for (const { play, hosts } of prepared.plays) {
    lines.push(`play: ${play.name}`)
    if (what.hosts) lines.push(`  hosts (${hosts.length}):`, ...hosts.map(({ host }) => `    ${host.name}`))
    if (what.tasks) lines.push('  tasks:', ...unique(hosts.flatMap(({ items }) => items.map(taskLine))))
    if (what.tags) {
      const tags = unique(hosts.flatMap(({ items }) => items.flatMap((item) => item.tags))).toSorted()
      lines.push(`  tags: ${tags.join(', ') || 'none'}`)
    }
  }
  return `${lines.join('\n')}\n`
}

function taskLine({ role, task, tags }: Prepared['plays'][number]['hosts'][number]['items'][number]): string {
  const labels = tags.length > 0 ? `  [${unique(tags).join(', ')}]` : ''
  return `    ${role === '' ? '' : `${role} › `}${task.name} (${task.module.name})${labels}`
}

const unique = (texts: readonly string[]): string[] => [...new Set(texts)]
