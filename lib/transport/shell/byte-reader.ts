import { Tail } from '../tail.ts'

/**
 * Reads a stream by lines and byte counts, in time linear in its bytes. What is not asked for stays in the stream, and
 * everything that is looked for has a bound, so a host cannot fill the memory.
 */
export interface ByteReader {
  /** Drops everything up to and including `marker`: the noise of a `.bashrc` before the first frame. @throws EndOfStream, TooLong */
  skipPast(marker: string, limit: number): Promise<void>
  /** The next line without its newline. @throws EndOfStream, TooLong */
  line(limit: number): Promise<string>
  /** Exactly `count` bytes. @throws EndOfStream */
  take(count: number): Promise<Buffer>
  /** Drops `count` bytes, by default all that come. @throws EndOfStream */
  skip(count?: number): Promise<void>
}

/** The stream ended in the middle of what was asked for. `rest` is the last of what was read of it, for an error message. */
export class EndOfStream extends Error {
  readonly rest: string

  constructor(rest: string) {
    super('the stream ended')
    this.rest = rest
  }
}

/** What was looked for did not come within so many bytes. */
export class TooLong extends Error {
  constructor(what: string, limit: number) {
    super(`${what} is longer than ${limit} bytes`)
  }
}

const NEWLINE = 10

export function byteReader(stream: AsyncIterable<unknown>): ByteReader {
  const source = stream[Symbol.asyncIterator]()
  let rest: Buffer = Buffer.alloc(0)

  /** Forgets `rest` for the next bytes. */
  const next = async (read: Tail): Promise<void> => {
    read.add(rest)
    rest = NOTHING
    const { value, done } = await source.next().catch(() => ({ value: undefined, done: true }))
    if (done === true) throw new EndOfStream(read.text())
    rest = value as Buffer
  }

  const cut = (count: number): Buffer => {
    const part = rest.subarray(0, count)
    rest = rest.subarray(count)
    return part
  }

  return {
    take: async (count) => {
      const parts: Buffer[] = []
      const read = new Tail()
      let missing = count
      for (;;) {
        const part = rest.subarray(0, missing)
        parts.push(part)
        missing -= part.length
        if (missing === 0) break
        await next(read)
      }
      rest = rest.subarray(parts.at(-1)?.length)
      return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts, count)
    },
    skip: async (count = Infinity) => {
      const read = new Tail()
      let missing = count
      while ((missing -= cut(missing).length) > 0) await next(read)
    },
    line: async (limit) => {
      const parts: Buffer[] = []
      const read = new Tail()
      let length = 0
      for (;;) {
        const at = rest.indexOf(NEWLINE)
        length += at < 0 ? rest.length : at
        if (length > limit) throw new TooLong('a line', limit)
        if (at >= 0) break
        parts.push(rest)
        await next(read)
      }
      parts.push(cut(rest.indexOf(NEWLINE)))
      cut(1)
      return Buffer.concat(parts, length).toString('utf8')
    },
    skipPast: async (marker, limit) => {
      const bytes = Buffer.from(marker)
      const read = new Tail()
      let passed = 0
      // A marker may begin in one chunk and end in the next.
      let before: Buffer = NOTHING
      for (;;) {
        const seen = before.length === 0 ? rest : Buffer.concat([before, rest])
        const at = seen.indexOf(bytes)
        if (at >= 0) return void cut(at + bytes.length - before.length)
        passed += rest.length
        if (passed > limit) throw new TooLong('what the host prints before it starts a shell', limit)
        before = seen.subarray(Math.max(0, seen.length - bytes.length + 1))
        await next(read)
      }
    },
  }
}

const NOTHING = Buffer.alloc(0)
