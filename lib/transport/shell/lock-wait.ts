import { UserError } from '../../core/errors.ts'
import type { LockRequest } from './batch.ts'
import { NotAReply } from './replies.ts'

/** What is shown of what the host says of another run. */
const LONGEST_OWNER = 200

/** What a host says of its lock before the first reply of a batch. */
export class LockWait {
  /** Milliseconds that waiting for the lock may take. */
  readonly ms: number
  readonly #asked: boolean
  readonly #host: string
  readonly #warn: (text: string) => void
  #times = 0
  #refused: UserError | undefined

  constructor(lock: LockRequest | undefined, host: string, warn: (text: string) => void) {
    this.ms = lock === undefined || lock === 'share' ? 0 : Math.max(0, lock.seconds) * 1000
    this.#asked = lock !== undefined
    this.#host = host
    this.#warn = warn
  }

  /** Why nothing was run. */
  get refused(): UserError | undefined {
    return this.#refused
  }

  /**
   * Takes a word of the host's about the lock.
   *
   * @returns whether the host waits on, for which it gets no more time
   * @throws NotAReply
   */
  hears(what: string, text: string): boolean {
    if (!this.#asked) throw new NotAReply()
    const owner = text.slice(0, LONGEST_OWNER)
    if (what === 'waiting') {
      // It says so every second.
      if (this.#times > this.ms / 1000 + 1) throw new NotAReply()
      if (this.#times++ === 0) this.#warn(`waiting for another run-playbook: ${owner}`)
      return true
    }
    if (what === 'ended') {
      this.#warn(`ended another run-playbook, whose connection was lost 50 s ago or more: ${owner}`)
      return true
    }
    if (what === 'locked') {
      const message = `another run-playbook is working on ${this.#host}: ${owner}`
      this.#refused = new UserError('E_LOCKED', message, {
        hint: 'Wait for it to end, or wait longer with --lock-wait.',
      })
    } else if (what === 'unlockable') {
      this.#refused = new UserError('E_LOCK_FAILED', `cannot lock ${this.#host}: ${owner}`)
    } else if (what !== 'granted') throw new NotAReply()
    return false
  }
}
