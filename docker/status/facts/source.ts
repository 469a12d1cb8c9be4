/** One thing that is read again and again. Whoever asks at the same time shares one reading. */
export class Source<Value> {
  readonly #read: () => Promise<Value>
  #value: Value | undefined
  #readAt: number | undefined
  #triedAt = -Infinity
  #failure: Error | undefined
  #running: Promise<void> | undefined

  constructor(read: () => Promise<Value>) {
    this.#read = read
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
    if (this.#running !== undefined) return this.#running
    if (performance.now() - this.#triedAt < maxAgeMs) return Promise.resolve()
    this.#running = this.#attempt().finally(() => (this.#running = undefined))
    return this.#running
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
