/** Milliseconds that `setTimeout` can count; more would be none at all. */
const LONGEST = 2 ** 31 - 1

/** When what a host was asked for has to be there. */
export class Deadline {
  readonly #expire: () => void
  #timer: NodeJS.Timeout | undefined
  #ms = 0
  #expired = false

  /** @param expire is called when it is not there in time */
  constructor(expire: () => void) {
    this.#expire = expire
  }

  /** `it did not answer within 60 s`, when that was so. */
  get missed(): string | undefined {
    return this.#expired ? `it did not answer within ${Math.round(this.#ms / 1000)} s` : undefined
  }

  /** So much time from now on, whatever was said before. */
  allow(ms: number): void {
    this.clear()
    this.#ms = Math.min(ms, LONGEST)
    this.#timer = setTimeout(() => {
      this.#expired = true
      this.#expire()
    }, this.#ms)
  }

  /** The same time again. */
  extend(): void {
    this.#timer?.refresh()
  }

  clear(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
