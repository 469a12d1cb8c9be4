import type { CompiledPlay } from '../../playbook/compile.ts'
import type { RunMode, Session } from '../session.ts'
import { type Beginning, FROM_THE_START, resumed, startAtTask } from './begin.ts'
import { type Position, checksumBefore, readPositions, writePositions } from './kept.ts'
import type { Prepared, RunRequest } from './prepare.ts'
import { messageOf } from '../../core/error-message.ts'

/** Where a run begins, and where each host is, for the run after it. */
export class RunRecord {
  private first: readonly CompiledPlay[] = []
  private plays: readonly CompiledPlay[] = []
  private readonly request: RunRequest
  private readonly mode: RunMode
  private readonly beginning: Beginning
  private readonly before: ReadonlyMap<string, Position>

  private constructor(
    request: RunRequest,
    mode: RunMode,
    beginning: Beginning,
    before: ReadonlyMap<string, Position>,
  ) {
    this.request = request
    this.mode = mode
    this.beginning = beginning
    this.before = before
  }

  /** @throws UserError for a task that is not there, or a file that makes no sense */
  static async open(request: RunRequest, prepared: Prepared, mode: RunMode): Promise<RunRecord> {
    const { startAtTask: name, resume, stateDir } = request
    const before = resume === undefined ? new Map() : await readPositions(stateDir, request.name)
    const beginning =
      name !== undefined
        ? startAtTask(name, request, prepared)
        : resume === true
          ? resumed(before, mode)
          : FROM_THE_START
    return new RunRecord(request, mode, beginning, before)
  }

  /** The plays that prepare the hosts, without what comes before the beginning. */
  async beginFirst(plays: readonly CompiledPlay[]): Promise<readonly CompiledPlay[]> {
    this.first = this.beginning.first(plays)
    await this.forget(this.first)
    return this.first
  }

  /** The plays themselves. @throws UserError when no task has the name that was asked for */
  async begin(plays: readonly CompiledPlay[]): Promise<readonly CompiledPlay[]> {
    this.plays = this.beginning.plays(plays)
    if (this.request.resume === true && this.before.size === 0)
      this.mode.emit({
        type: 'notice',
        level: 'warning',
        text: `no failed run of ${this.request.name} is recorded, so --resume runs all tasks`,
      })
    await this.forget(this.plays)
    return this.plays
  }

  // A run that is killed leaves no place at all, rather than one of an earlier run.
  private async forget(plays: readonly CompiledPlay[]): Promise<void> {
    await this.write(new Map(plays.flatMap(({ hosts }) => hosts.map(({ host }) => [host.name, undefined]))))
  }

  /** Writes down where each host is that did not come to its end. */
  async save(sessions: readonly Session[]): Promise<void> {
    const positions = new Map<string, Position | undefined>(this.before)
    for (const session of sessions) {
      if (session.trail !== undefined) positions.set(session.host.name, this.positionOf(session))
    }
    await this.write(positions)
  }

  private positionOf({ host, trail }: Session): Position | undefined {
    if (trail === undefined) return undefined
    const isOf = (plays: readonly CompiledPlay[]): number =>
      plays.findIndex(({ hosts }) => hosts.includes(trail.play))
    const first = isOf(this.plays) < 0
    const plays = first ? this.first : this.plays
    const play = isOf(plays)
    const at = (where: Pick<Position, 'first' | 'play' | 'entry' | 'task'>): Position => ({
      ...where,
      before: checksumBefore(where.first ? this.first : this.plays, host.name, where),
    })
    if (!trail.done) return at({ first, play, entry: trail.entry, task: trail.name })
    // It did its part, and the run ended before its next play.
    const next = plays.findIndex(({ hosts }, index) => index > play && hosts.some((one) => one.host === host))
    if (next >= 0) return at({ first, play: next, entry: 0, task: `the play ${plays[next]?.play.name}` })
    return first && this.plays.length === 0
      ? at({ first: false, play: 0, entry: 0, task: 'the first play' })
      : undefined
  }

  private async write(positions: ReadonlyMap<string, Position | undefined>): Promise<void> {
    const { resume, stateDir, name } = this.request
    if (resume === undefined || this.mode.check || positions.size === 0) return
    try {
      await writePositions(stateDir, name, positions)
    } catch (error) {
      const why = messageOf(error)
      const text = `the positions of the hosts could not be saved for --resume: ${why}`
      this.mode.emit({ type: 'notice', level: 'warning', text })
    }
  }
}
