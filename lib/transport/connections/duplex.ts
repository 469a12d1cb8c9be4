import { Duplex } from 'node:stream'
import type { Pipes } from './pipes.ts'

/**
 * What is written to a program and what it writes, as one stream. The caller says when it ends. Not `Duplex.from`: where the
 * program ends before its input does, that throws away the last of what it wrote.
 *
 * @param end called when the stream is destroyed
 */
export function duplexOf({ stdin, stdout }: Pick<Pipes, 'stdin' | 'stdout'>, end: () => void): Duplex {
  const stream = new Duplex({
    read: () => void stdout.resume(),
    // What cannot be written any more is told by the end of the program.
    write: (chunk: Buffer, _, done) => void stdin.write(chunk, () => done()),
    // A stream that was destroyed does not say that it has ended.
    final: (done) => (stdin.destroyed ? done() : void stdin.end(() => done())),
    destroy: (error, done) => {
      end()
      done(error)
    },
  })
  stdout.on('data', (chunk: Buffer) => {
    if (!stream.push(chunk)) stdout.pause()
  })
  return stream
}
