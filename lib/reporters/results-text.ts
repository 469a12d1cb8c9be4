import { clean, enumerate, plural } from './text.ts'

/**
 * What was said of each host, under its name. Hosts of which the same was said share one block: a hundred equal hosts
 * read like one.
 */
export function resultLines(linesOf: ReadonlyMap<string, readonly string[]>): string[] {
  const groups = new Map<string, string[]>()
  for (const [host, lines] of linesOf) {
    const block = lines.map((line) => `    ${line}`).join('\n')
    groups.set(block, [...(groups.get(block) ?? []), host])
  }
  return [...groups].flatMap(([block, hosts]) => [`  ${title(hosts)}`, block])
}

function title(hosts: readonly string[]): string {
  if (hosts.length === 1) return hosts.map(clean).join()
  return `${plural(hosts.length, 'host')}: ${enumerate(hosts)}`
}
