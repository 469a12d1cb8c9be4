import type { Once } from '../session.ts'

/** A host of the play, and the keys of the tasks that run once and that it comes to unless it fails before. */
export interface Expected {
  readonly host: string
  readonly keys: readonly string[]
}

/**
 * The tasks of a play that run once for all of its hosts: by the first of those that come to it, in the order of the
 * play. So each run chooses the same host, and the dry run before it does too.
 */
export class OnceTasks<End> {
  private readonly claims = new Map<string, Omit<Once<End>, 'mine'>>()
  /** The hosts that are still to come to a task, by its key. */
  private readonly coming = new Map<string, string[]>()
  private waiting: (() => void)[] = []

  /** A play begins: what ran once in an earlier one of the same name runs again. */
  begin(expected: readonly Expected[]): void {
    this.claims.clear()
    this.coming.clear()
    for (const { host, keys } of expected)
      for (const key of keys) this.coming.set(key, [...(this.coming.get(key) ?? []), host])
  }

  /** The first host does the work, the others get its end. */
  async run(key: string, host: string, work: () => Promise<End>): Promise<Once<End>> {
    for (;;) {
      const known = this.claims.get(key)
      if (known !== undefined) return { ...known, mine: false }
      const coming = this.coming.get(key) ?? []
      // Nobody is told before whether a rescue runs, or which tasks are made: there the first that comes is the first.
      if (!coming.includes(host) || coming[0] === host) break
      await new Promise<void>((wake) => this.waiting.push(wake))
    }
    const end = work()
    // Whoever waits for it is told; nobody may be there yet.
    end.catch(() => {})
    const claim = { by: host, end }
    this.claims.set(key, claim)
    this.wake()
    return { ...claim, mine: true }
  }

  /** The host does not come to these tasks any more. */
  missed(host: string, keys: readonly string[] = [...this.coming.keys()]): void {
    for (const key of keys)
      this.coming.set(
        key,
        (this.coming.get(key) ?? []).filter((one) => one !== host),
      )
    this.wake()
  }

  private wake(): void {
    for (const wake of this.waiting.splice(0)) wake()
  }
}
