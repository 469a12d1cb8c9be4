import { type Counted, countedAs } from '../../core/counted.ts'
import type { HostRecap, RunEvent } from '../../core/events.ts'

type Counters = { -readonly [Name in keyof HostRecap]: HostRecap[Name] }

type Counter = Exclude<keyof HostRecap, 'notRun' | 'unreachable' | 'roundTrips'>

const COUNTER: Record<Counted, Counter> = {
  ok: 'ok',
  changed: 'changed',
  'would-change': 'wouldChange',
  unknown: 'unknown',
  skipped: 'skipped',
  failed: 'failed',
  ignored: 'ignored',
  rescued: 'rescued',
}

/** Counts what happened on each host, from the event stream. */
export class Tally {
  private readonly hosts = new Map<string, Counters>()

  count(event: RunEvent): void {
    if (event.type === 'task') this.of(event.host)[COUNTER[countedAs(event)]]++
    if (event.type === 'not-run') this.of(event.host).notRun++
    if (event.type === 'unreachable') this.of(event.host).unreachable = true
  }

  setRoundTrips(host: string, roundTrips: number): void {
    this.of(host).roundTrips = roundTrips
  }

  recap(): Readonly<Record<string, HostRecap>> {
    return Object.fromEntries(this.hosts)
  }

  /** 0 done · 2 a task failed · 4 a host was unreachable · 6 both. As Ansible has it. */
  exitCode(): number {
    const all = [...this.hosts.values()]
    return (this.anyFailed() ? 2 : 0) + (all.some((host) => host.unreachable) ? 4 : 0)
  }

  anyFailed(): boolean {
    return [...this.hosts.values()].some(({ failed }) => failed > 0)
  }

  /** Changes that a dry run found, the possible ones included. */
  pending(): number {
    return [...this.hosts.values()].reduce((sum, host) => sum + host.wouldChange + host.unknown, 0)
  }

  private of(host: string): Counters {
    let counters = this.hosts.get(host)
    if (counters === undefined) {
      counters = {
        ok: 0,
        changed: 0,
        wouldChange: 0,
        unknown: 0,
        skipped: 0,
        failed: 0,
        ignored: 0,
        rescued: 0,
        notRun: 0,
        unreachable: false,
        roundTrips: 0,
      }
      this.hosts.set(host, counters)
    }
    return counters
  }
}
