import type { HostPlay } from '../../playbook/compile.ts'
import type { Entry } from '../../playbook/program.ts'

/** How far a host came in a play. */
export class Trail {
  /** The first entry of the program that is still to do. Those after it may be done. */
  entry = 0
  /** The tasks and the handlers are done. */
  done = false
  readonly play: HostPlay
  private readonly places = new Map<Entry, number>()
  private task = ''

  constructor(play: HostPlay) {
    this.play = play
    play.program.forEach((entry, index) => this.places.set(entry, index))
  }

  /** For people: the task that is still to do. */
  get name(): string {
    return this.task
  }

  /** These entries were made by the one before. */
  made(by: Entry, entries: readonly Entry[]): void {
    const index = this.places.get(by)
    if (index !== undefined) for (const entry of entries) this.places.set(entry, index)
  }

  /** It is an entry's turn, or one failed for good. */
  at(entry: Entry): void {
    // Whoever was rescued begins again with what was to be done at first.
    const [outermost] = entry.places
    const again = outermost !== undefined && outermost.part !== 'tasks'
    const first = this.play.program.findIndex(({ places }) => places[0]?.block === outermost?.block)
    const index = again ? first : this.places.get(entry)
    if (index === undefined || index < 0) return
    this.entry = index
    const reached = this.play.program[index]
    this.task = reached?.kind === 'task' ? reached.item.task.name : 'the tasks that are made there'
  }

  /** All tasks are done, and the handlers come. */
  handlers(): void {
    this.entry = this.play.program.length
    this.task = 'the handlers'
  }
}
