/** One thing that is read again and again. Whoever asks at the same time shares one reading. */
export class Source<Value> {
  readonly #read: () => Promise<Value>
  #value: Value | undefined
  #readAt: number | undefined
  #triedAt = -Infinity
  #startedAt = 0
  #failure: Error | undefined
  #running: Promise<void> | undefined
  readonly #patienceMs: number

  /** @param patienceMs when a reading takes longer, whoever asks gets the last one and is told so; it goes on meanwhile */
  constructor(read: () => Promise<Value>, patienceMs = Infinity) {
    this.#read = read
    this.#patienceMs = patienceMs
  }

  /** What was read last, however long ago. */
  get value(): Value | undefined {
    return this.#value
  }

  /** When that was. */
  get readAt(): number | undefined {
    return this.#readAt
  }

  /** Why the last attempt failed; undefined when it did not. */
  get failure(): Error | undefined {
    return this.#failure
  }

  /** Reads unless the last attempt is younger than `maxAgeMs`. Never rejects: see `failure`. */
  refresh(maxAgeMs: number): Promise<void> {
    if (this.#running !== undefined) return this.#inTime(this.#running)
    if (performance.now() - this.#triedAt < maxAgeMs) return Promise.resolve()
    this.#startedAt = performance.now()
    this.#running = this.#attempt().finally(() => (this.#running = undefined))
    return this.#inTime(this.#running)
  }

  async #inTime(running: Promise<void>): Promise<void> {
    if (this.#patienceMs === Infinity) return running
    const left = Math.max(0, this.#startedAt + this.#patienceMs - performance.now())
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        this.#failure = new Error(`no answer within ${this.#patienceMs / 1000} s`)
        resolve()
      }, left)
    })
    await Promise.race([running, late]).finally(() => clearTimeout(timer))
  }

  async #attempt(): Promise<void> {
    try {
      this.#value = await this.#read()
      this.#readAt = Date.now()
      this.#failure = undefined
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error))
    }
    this.#triedAt = performance.now()
  }
}
