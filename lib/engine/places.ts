/** As many hosts as `--forks` says are worked on at a time. */
export class Places {
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor(count: number) {
    this.#free = count
  }

  /** Waits until a place is free. @param first before those that wait already */
  async take(first: boolean): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1
      return
    }
    await new Promise<void>((resolve) => {
      if (first) this.#waiting.unshift(resolve)
      else this.#waiting.push(resolve)
    })
  }

  give(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#free += 1
    else next()
  }
}

/**
 * The place of one host. It is given to another one while the host does not answer, and while it waits for another host:
 * whoever has a place waits for nobody but its own host, so hosts that wait for each other come to an end.
 */
export class Place {
  readonly #places: Places
  #held = false
  #taking: Promise<void> | undefined

  constructor(places: Places) {
    this.#places = places
  }

  /** Waits for a place to begin with. */
  begin(): Promise<void> {
    return this.#take(false)
  }

  /** Takes a place again, before the next change, where it was given away. */
  again(): Promise<void> {
    return this.#take(true)
  }

  /** Gives it to another host. */
  give(): void {
    if (!this.#held) return
    this.#held = false
    this.#places.give()
  }

  /** Waits for something. @param ms for so long it keeps its place */
  async during<T>(waiting: Promise<T>, ms = 0): Promise<T> {
    const timer = setTimeout(() => this.give(), ms)
    try {
      return await waiting
    } finally {
      clearTimeout(timer)
    }
  }

  async #take(first: boolean): Promise<void> {
    if (this.#held) return
    this.#taking ??= this.#places.take(first).then(() => {
      this.#held = true
      this.#taking = undefined
    })
    await this.#taking
  }
}
