import type { RunEvent } from '../core/events.ts'
import { type HostRow, createHostRow } from './host-row.ts'
import type { Palette } from './palette.ts'
import { clean, plural } from './text.ts'

/** Where the hosts of one play are: what the live view shows, and nothing that must not be lost. */
export interface Board {
  readonly see: (event: RunEvent) => void
  /** The line of one host, without its symbol. */
  readonly line: (host: string) => string
  /** The hosts that `room` lines can show, and a word about the others. */
  readonly view: (room: number) => { readonly hosts: readonly string[]; readonly rest: string }
}

/** @param taskCounts as in the `play` event; empty before the first play */
export function createBoard(
  hosts: readonly string[],
  taskCounts: Readonly<Record<string, number>>,
  palette: Palette,
): Board {
  const width = Math.max(0, ...hosts.map((host) => clean(host).length))
  const rows = new Map(hosts.map((host) => [host, createHostRow(taskCounts[host] ?? 0, palette)]))

  return {
    see: (event) => {
      if ('host' in event && event.host !== undefined) rows.get(event.host)?.see(event)
    },
    line: (host) => `${clean(host).padEnd(width)}  ${rows.get(host)?.text() ?? ''}`,
    view: (room) => {
      const all = [...rows]
      const tight = all.length > room
      const worthy = all.filter(([, row]) => RANK[row.state()] <= (tight ? RANK.busy : RANK.done))
      // One line is kept for the word about the others. The order stays the inventory's: lines that jump are not calm.
      const most = tight ? room - 1 : room
      const kept = worthy.toSorted(([, a], [, b]) => RANK[a.state()] - RANK[b.state()]).slice(0, most)
      const shown = all.filter((entry) => kept.includes(entry))
      const hidden = all.filter((entry) => !shown.includes(entry)).map(([, row]) => row)
      return { hosts: shown.map(([host]) => host), rest: palette.dim(restText(hidden)) }
    },
  }
}

/** What is shown first when there is too little room. */
const RANK = { failed: 0, busy: 1, done: 2, waiting: 3 } as const

function restText(hidden: readonly HostRow[]): string {
  if (hidden.length === 0) return ''
  const counts = (['failed', 'busy', 'done', 'waiting'] as const)
    .map((state) => [hidden.filter((row) => row.state() === state).length, state] as const)
    .filter(([count]) => count > 0)
  return `… ${plural(hidden.length, 'more host')}: ${counts.map(([count, state]) => `${count} ${state}`).join(', ')}`
}
