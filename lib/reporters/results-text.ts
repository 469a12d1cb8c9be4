import { clean, enumerate, plural } from './text.ts'

/** Columns before what was said. */
export const RESULT_INDENT = 4

/**
 * What was said of each host, under its name. Hosts of which the same was said share one block: a hundred equal hosts
 * read like one.
 */
export function resultLines(linesOf: ReadonlyMap<string, readonly string[]>): string[] {
  const groups = new Map<string, string[]>()
  for (const [host, lines] of linesOf) {
    if (lines.length === 0) continue
    const block = lines.map((line) => ' '.repeat(RESULT_INDENT) + line).join('\n')
    groups.set(block, [...(groups.get(block) ?? []), host])
  }
  return [...groups].flatMap(([block, hosts]) => [`  ${title(hosts)}`, block])
}

function title(hosts: readonly string[]): string {
  if (hosts.length === 1) return hosts.map(clean).join()
  return `${plural(hosts.length, 'host')}: ${enumerate(hosts)}`
}
