/** Reads a stream by lines and byte counts; what is not asked for stays in the stream, so memory is bounded by the caller. */
export interface ByteReader {
  /** Drops everything up to and including `marker`: the noise of a `.bashrc` before the first frame. @throws EndOfStream */
  skipPast(marker: string): Promise<void>
  /** The next line without its newline. @throws EndOfStream */
  line(): Promise<string>
  /** Exactly `count` bytes. @throws EndOfStream */
  take(count: number): Promise<Buffer>
}

/** The stream ended in the middle of what was asked for. `rest` is what was left, for an error message. */
export class EndOfStream extends Error {
  readonly rest: Buffer

  constructor(rest: Buffer) {
    super('the stream ended')
    this.rest = rest
  }
}

export function byteReader(stream: AsyncIterable<unknown>): ByteReader {
  const source = stream[Symbol.asyncIterator]()
  let rest: Buffer = Buffer.alloc(0)

  const more = async (): Promise<Buffer> => {
    const next = await source.next().catch(() => undefined)
    if (next === undefined || next.done === true) throw new EndOfStream(rest)
    return next.value as Buffer
  }

  const indexOf = async (marker: Buffer): Promise<number> => {
    let from = 0
    for (;;) {
      const at = rest.indexOf(marker, from)
      if (at >= 0) return at
      from = Math.max(0, rest.length - marker.length + 1)
      rest = Buffer.concat([rest, await more()])
    }
  }

  const take = async (count: number): Promise<Buffer> => {
    const parts = [rest]
    let have = rest.length
    while (have < count) {
      const part = await more()
      parts.push(part)
      have += part.length
    }
    const all = parts.length === 1 ? rest : Buffer.concat(parts, have)
    rest = all.subarray(count)
    return all.subarray(0, count)
  }

  return {
    take,
    skipPast: async (marker) => {
      const bytes = Buffer.from(marker)
      await take((await indexOf(bytes)) + bytes.length)
    },
    line: async () => {
      const line = await take(await indexOf(Buffer.from('\n')))
      await take(1)
      return line.toString('utf8')
    },
  }
}
