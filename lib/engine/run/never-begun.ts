import { isFailure } from '../../core/counted.ts'
import type { RunEvent } from '../../core/events.ts'
import type { CompiledPlay } from '../../playbook/compile.ts'
import { reportNotRun } from '../report/report.ts'
import type { RunMode } from '../session.ts'

/** Which plays of which hosts were told of, from the event stream, so that those that nobody began can be listed. */
export class Told {
  readonly #plays = new Map<string, Set<string>>()
  readonly #unreachable = new Set<string>()
  readonly #failed = new Set<string>()
  #stopped: string | undefined

  see(event: RunEvent): void {
    if (event.type === 'task' || event.type === 'not-run') this.#add(event.play, event.host)
    if (event.type === 'task' && isFailure(event)) this.#failed.add(event.host)
    if (event.type === 'unreachable') this.#unreachable.add(event.host)
    if (event.type !== 'play-stopped') return
    this.#stopped = event.play
    for (const host of event.hosts) this.#add(event.play, host)
  }

  /** Lists the tasks that nobody began: of hosts that did not come to their turn, and of plays after one that ended early. */
  tellRest(plays: readonly CompiledPlay[], mode: RunMode): void {
    for (const { play, hosts } of plays)
      for (const { host, program } of hosts) {
        const because = this.#plays.get(play.name)?.has(host.name) ? undefined : this.#why(host.name, mode)
        if (because !== undefined) reportNotRun({ host, mode }, program, because)
      }
  }

  /** @returns undefined where it is told already: the host was unreachable, or there was nothing to do */
  #why(host: string, { stop }: RunMode): string | undefined {
    if (this.#unreachable.has(host)) return undefined
    if (stop.aborted) return 'the run was stopped'
    if (this.#failed.has(host)) return 'a task of an earlier play failed'
    return this.#stopped === undefined ? undefined : `the play ${this.#stopped} stopped`
  }

  #add(play: string, host: string): void {
    const hosts = this.#plays.get(play) ?? new Set()
    this.#plays.set(play, hosts.add(host))
  }
}
