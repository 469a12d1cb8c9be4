import { onAbort } from '../../core/on-abort.ts'

/** Milliseconds after which the time is looked at. */
const TICK_MS = 250
/** As much counts of one tick: when it comes later, this process did not run, and could not hear what the host said. */
const MOST_MS = 2 * TICK_MS

/**
 * The time that an attempt to connect may take. While the operator types a passphrase it stands still, and while this process
 * does not run, as on a machine that is very busy or was suspended.
 */
export class Deadline {
  /** Aborts when the time is over, or with the signal that the deadline was made with. */
  readonly signal: AbortSignal
  readonly ms: number
  readonly #controller = new AbortController()
  readonly #forget: () => void
  #expired = false
  #left: number
  #since = performance.now()
  #timer: NodeJS.Timeout | undefined
  #pauses = 0
  #stopped = false

  constructor(ms: number, outer: AbortSignal) {
    this.ms = ms
    this.signal = this.#controller.signal
    this.#left = ms
    this.#forget = onAbort(outer, () => this.#controller.abort(outer.reason))
    this.#start()
  }

  /** Whether it was the time, and not the signal. */
  get expired(): boolean {
    return this.#expired
  }

  /** Milliseconds. */
  get left(): number {
    return Math.max(0, this.#pauses > 0 ? this.#left : this.#left - this.#spent)
  }

  /** Waits for something without counting the time. */
  async pauseFor<T>(work: () => Promise<T>): Promise<T> {
    if (this.#pauses === 0) {
      this.#left = this.left
      clearTimeout(this.#timer)
    }
    this.#pauses += 1
    try {
      return await work()
    } finally {
      this.#pauses -= 1
      if (this.#pauses === 0 && !this.#stopped && !this.signal.aborted) this.#start()
    }
  }

  /** Waits for something as long as there is time. @throws the signal's reason */
  async race<T>(work: Promise<T>): Promise<T> {
    if (this.signal.aborted) {
      work.catch(() => {})
      throw this.signal.reason
    }
    let forget = (): void => {}
    const over = new Promise<never>((_, reject) => {
      forget = onAbort(this.signal, () => reject(this.signal.reason as Error))
    })
    return Promise.race([work, over]).finally(forget)
  }

  /** A part of the time that is left, for what is not worth all of it. To be stopped. */
  share(part: number): Deadline {
    return new Deadline(this.left * part, this.signal)
  }

  /** The attempt has ended. */
  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
    this.#forget()
  }

  get #spent(): number {
    return Math.min(MOST_MS, performance.now() - this.#since)
  }

  #start(): void {
    this.#since = performance.now()
    this.#timer = setTimeout(() => this.#tick(), Math.min(TICK_MS, this.#left))
  }

  #tick(): void {
    this.#left = this.left
    if (this.#left > 0) return this.#start()
    this.#expired = true
    this.#controller.abort(new Error(`no answer in ${this.ms / 1000} s`))
  }
}
