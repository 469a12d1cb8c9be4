/** The last of what was said, however much it was, for an error message. */
export class Tail {
  readonly #limit: number
  #parts: Buffer[] = []
  #length = 0

  constructor(limit = 4096) {
    this.#limit = limit
  }

  add(bytes: Buffer): void {
    if (bytes.length === 0) return
    this.#parts.push(bytes.subarray(-this.#limit))
    this.#length += Math.min(bytes.length, this.#limit)
    // Not at every byte, which would copy the whole tail for each.
    if (this.#length > 2 * this.#limit || this.#parts.length > this.#limit) this.#shorten()
  }

  text(): string {
    this.#shorten()
    return this.#parts.join('')
  }

  #shorten(): void {
    // A copy: a part of a chunk would keep the whole chunk in memory.
    const kept = Buffer.from(Buffer.concat(this.#parts).subarray(-this.#limit))
    this.#parts = [kept]
    this.#length = kept.length
  }
}
