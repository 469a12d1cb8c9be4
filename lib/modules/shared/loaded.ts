/**
 * Something of the operator's machine that is read in the `load` of a module, not while its tasks are made. What went
 * wrong is told by whoever asks for the value.
 */
export class Loaded<Value> {
  readonly #read: () => Promise<Value>
  #reading: Promise<void> | undefined
  #result: { readonly value: Value } | { readonly error: unknown } | undefined

  constructor(read: () => Promise<Value>) {
    this.#read = read
  }

  /** Reads it, once. */
  load(): Promise<void> {
    this.#reading ??= this.#read().then(
      (value) => {
        this.#result = { value }
      },
      (error: unknown) => {
        this.#result = { error }
        throw error
      },
    )
    return this.#reading
  }

  /** @throws what reading it threw */
  get value(): Value {
    const result = this.#result
    if (result === undefined) throw new TypeError('it was not loaded')
    if ('error' in result) throw result.error
    return result.value
  }

  /** The value, where it is known already. */
  get known(): Value | undefined {
    return this.#result !== undefined && 'value' in this.#result ? this.#result.value : undefined
  }
}
