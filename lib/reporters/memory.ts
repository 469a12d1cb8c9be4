import type { RunEvent } from '../core/events.ts'
import { isScript } from './task-text.ts'
import { clean } from './text.ts'

/** What a reporter must remember of a run to say one thing well. */
export interface Memory {
  readonly check: boolean
  /** Width of the longest host name, so that lines align. */
  readonly hostWidth: number
  readonly reports: number
  /** All there was is a report: no play, so that there is nothing to sum up. */
  readonly onlyReported: boolean
  readonly see: (event: RunEvent) => void
  /** What was changed on a host so far. */
  readonly changedOn: (host: string) => readonly string[]
  /** Whether a script of the user's own was among it: what that does twice, nobody knows. */
  readonly ranScriptOn: (host: string) => boolean
  /** The hosts that a play was stopped before. */
  readonly notBegun: ReadonlySet<string>
}

/** @param check what the caller knows of the mode; the run's own word counts otherwise */
export function createMemory(check?: boolean): Memory {
  const changed = new Map<string, Set<string>>()
  const scripted = new Set<string>()
  const notBegun = new Set<string>()
  let checking = check === true
  let hostWidth = 0
  let plays = 0
  let reports = 0
  return {
    get check() {
      return checking
    },
    get hostWidth() {
      return hostWidth
    },
    get reports() {
      return reports
    },
    get onlyReported() {
      return reports > 0 && plays === 0
    },
    see: (event) => {
      if (event.type === 'play') plays++
      if (event.type === 'report') reports++
      if (event.type === 'run') {
        checking ||= event.mode === 'check'
        hostWidth = Math.max(0, ...event.hosts.map((host) => clean(host).length))
      }
      if (event.type === 'play-stopped') event.hosts.forEach((host) => notBegun.add(host))
      if (event.type !== 'task' || event.status !== 'changed') return
      changed.set(event.host, new Set(changed.get(event.host)).add(event.task))
      if (isScript(event)) scripted.add(event.host)
    },
    changedOn: (host) => [...(changed.get(host) ?? [])],
    ranScriptOn: (host) => scripted.has(host),
    notBegun,
  }
}
