import type { HostRecap, Notice, RunEvent } from '../core/events.ts'
import type { Reporter } from './reporter.ts'

/** Different warnings about one host, after which no more are shown: a host must not fill the screen. */
const MOST_WARNINGS = 50

/**
 * What every reporter wants of the events: the recap in the order of the inventory, and a warning that is repeated
 * (a host that is still waited for) said once.
 */
export function tidy(reporter: Reporter): Reporter {
  let order: readonly string[] = []
  const warned = new Map<string, Set<string>>()

  const isNews = ({ host = '', text }: Notice): boolean => {
    const said = warned.get(host) ?? new Set()
    warned.set(host, said)
    if (said.has(text) || said.size >= MOST_WARNINGS) return false
    said.add(text)
    return true
  }

  const tidied = (event: RunEvent): RunEvent | undefined => {
    if (event.type === 'run') order = event.hosts
    // With --watch every report is a new look at the hosts.
    if (event.type === 'report') warned.clear()
    if (event.type === 'recap') return { ...event, hosts: inOrder(event.hosts, order) }
    return event.type === 'notice' && event.level === 'warning' && !isNews(event) ? undefined : event
  }

  return {
    handle: (event) => {
      const one = tidied(event)
      if (one !== undefined) reporter.handle(one)
    },
    finish: () => reporter.finish(),
  }
}

function inOrder(
  hosts: Readonly<Record<string, HostRecap>>,
  order: readonly string[],
): Readonly<Record<string, HostRecap>> {
  const place = new Map(order.map((host, i) => [host, i]))
  const placeOf = (host: string): number => place.get(host) ?? Infinity
  // Equal places, of hosts that the run did not name, keep their order: the difference of two infinities is not a number.
  return Object.fromEntries(
    Object.entries(hosts).toSorted(([a], [b]) =>
      placeOf(a) < placeOf(b) ? -1 : placeOf(a) > placeOf(b) ? 1 : 0,
    ),
  )
}
