import type { Writable } from 'node:stream'
import { scrub } from '../core/secret.ts'

/** The single exit of every reporter. */
export interface Sink {
  /** Writes the lines; nothing leaves with the value of a secret in it. */
  lines(lines: readonly string[]): void
  /** Resolves when everything is handed over, however slowly the reader reads. */
  flush(): Promise<void>
}

export function createSink(stream: Writable): Sink {
  outliveReader(stream)
  return {
    lines: (lines) => {
      if (lines.length > 0) stream.write(scrub(lines.join('\n')) + '\n')
    },
    flush: () => new Promise((resolve) => stream.write('', () => resolve())),
  }
}

const guarded = new WeakSet<Writable>()

/** `run-playbook … | head` closes the pipe; an unhandled EPIPE would then kill a run that is half done. */
function outliveReader(stream: Writable): void {
  if (guarded.has(stream)) return
  guarded.add(stream)
  stream.on('error', () => {})
}
