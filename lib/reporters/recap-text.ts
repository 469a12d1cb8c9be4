import type { HostRecap, Recap } from '../core/events.ts'
import type { Paint, Palette } from './palette.ts'
import { clean, duration, plural } from './text.ts'

interface Column {
  readonly name: string
  readonly count: (host: HostRecap) => number
  readonly paint: Paint
  /** Shown even when it is zero everywhere. */
  readonly always: boolean
}

/**
 * The end of a run: a line a host, and a sentence.
 * @param notBegun hosts that a play was stopped before
 */
export function recapLines(
  recap: Recap,
  check: boolean,
  palette: Palette,
  notBegun: ReadonlySet<string> = new Set(),
): string[] {
  const hosts = Object.entries(recap.hosts)
  const columns = columnsOf(check, palette).filter(
    ({ always, count }) => always || hosts.some(([, host]) => count(host) > 0),
  )
  const nameWidth = Math.max(0, ...hosts.map(([name]) => clean(name).length))
  const rows = hosts.map(([name, host]) => {
    const cells = columns.map((column) => cell(column, host, hosts))
    const trips = palette.dim(plural(host.roundTrips, 'round trip'))
    const lost = host.unreachable ? `  ${palette.red('unreachable')}` : ''
    const untouched = !host.unreachable && notBegun.has(name) && tasksEnded(host) === 0
    const remark = untouched ? `  ${palette.yellow('not begun')}` : lost
    return `${clean(name).padEnd(nameWidth)}  ${cells.join('  ')}  ${trips}${remark}`
  })
  return [...rows, palette.bold(recapSentence(recap, check))]
}

const tasksEnded = (host: HostRecap): number =>
  host.ok +
  host.changed +
  host.wouldChange +
  host.unknown +
  host.skipped +
  host.failed +
  host.ignored +
  host.rescued

/** The exit status of a run that was interrupted. */
const INTERRUPTED = 130

/** `3 hosts: 0 changed, 57 ok in 1.2 s. Nothing had to change.` */
export function recapSentence(recap: Recap, check: boolean): string {
  const hosts = Object.values(recap.hosts)
  const sum = (count: (host: HostRecap) => number): number =>
    hosts.reduce((total, host) => total + count(host), 0)
  const changed = sum((host) => (check ? host.wouldChange : host.changed))
  const others: [number, string][] = [
    [sum((host) => host.unknown), 'unknown'],
    [sum((host) => host.ok), 'ok'],
    [sum((host) => host.skipped), 'skipped'],
    [sum((host) => host.failed), 'failed'],
    [sum((host) => host.ignored), 'ignored'],
    [sum((host) => host.rescued), 'rescued'],
    [sum((host) => host.notRun), 'not run'],
    [hosts.filter((host) => host.unreachable).length, 'unreachable'],
  ]
  const counts = [
    `${changed} ${check ? 'would change' : 'changed'}`,
    ...others.filter(([count]) => count > 0).map(([count, name]) => `${count} ${name}`),
  ].join(', ')
  const quiet = others.every(([count, name]) => count === 0 || name === 'ok' || name === 'skipped')
  const interrupted = recap.exitCode === INTERRUPTED
  // What was cut off is in no count.
  const nothing = hosts.length > 0 && changed === 0 && quiet && !interrupted
  const end = interrupted ? '. Interrupted.' : nothing ? `. Nothing ${check ? 'to' : 'had to'} change.` : ''
  const time = duration(recap.durationMs)
  if (check) return `dry run: ${counts} on ${plural(hosts.length, 'host')} in ${time}${end}`
  return `${plural(hosts.length, 'host')}: ${counts} in ${time}${end}`
}

function columnsOf(check: boolean, { green, yellow, cyan, dim, red }: Palette): Column[] {
  return [
    { name: 'ok', count: (host) => host.ok, paint: green, always: true },
    { name: 'changed', count: (host) => host.changed, paint: yellow, always: !check },
    { name: 'would change', count: (host) => host.wouldChange, paint: yellow, always: check },
    { name: 'unknown', count: (host) => host.unknown, paint: cyan, always: false },
    { name: 'skipped', count: (host) => host.skipped, paint: dim, always: false },
    { name: 'failed', count: (host) => host.failed, paint: red, always: false },
    { name: 'ignored', count: (host) => host.ignored, paint: red, always: false },
    { name: 'rescued', count: (host) => host.rescued, paint: red, always: false },
    { name: 'not run', count: (host) => host.notRun, paint: dim, always: false },
  ]
}

/** Zeros stay uncoloured: colour is for what happened. */
function cell({ name, count, paint }: Column, host: HostRecap, all: [string, HostRecap][]): string {
  const width = Math.max(...all.map(([, each]) => String(count(each)).length))
  const text = `${String(count(host)).padStart(width)} ${name}`
  return count(host) > 0 ? paint(text) : text
}
