import type { Ended } from '../plan/ended.ts'
import type { Once } from '../session.ts'

/** The tasks of a play that run once for all of its hosts. */
export class OnceTasks {
  private readonly claims = new Map<string, Omit<Once, 'mine'>>()
  private readonly firsts = new Map<string, string>()

  /** A play begins: what ran once in an earlier one of the same name runs again. */
  begin(): void {
    this.claims.clear()
    this.firsts.clear()
  }

  /** The first host that comes does the work, the others get its end. */
  run(key: string, host: string, work: () => Promise<Ended | undefined>): Once {
    const known = this.claims.get(key)
    if (known !== undefined) return { ...known, mine: false }
    const end = work()
    // Whoever waits for it is told; nobody may be there yet.
    end.catch(() => {})
    const claim = { by: host, end }
    this.claims.set(key, claim)
    return { ...claim, mine: true }
  }

  /** Whether the host is the first that asks. */
  claim(key: string, host: string): boolean {
    const first = this.firsts.get(key) ?? host
    this.firsts.set(key, first)
    return first === host
  }
}
