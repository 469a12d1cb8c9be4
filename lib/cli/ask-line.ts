import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { onAbort } from '../core/on-abort.ts'
import type { AskedOn } from './confirm.ts'

/**
 * Asks for one line; on a terminal it shows the question.
 * @param where `echo`: what is typed shows. @default false
 * @returns undefined where nobody answers: the terminal is closed, Ctrl-C, or the question is taken back
 */
export async function askLine(
  question: string,
  where: AskedOn & { readonly echo?: boolean } = {},
): Promise<string | undefined> {
  const { input = process.stdin, output = process.stderr, stop, echo = false } = where
  if (stop?.aborted === true) return undefined
  // An earlier question has let go of it.
  if ('ref' in process.stdin) process.stdin.ref()
  const terminal = input.isTTY === true
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input, output: echo ? output : silent, terminal, prompt: question })
  if (terminal && echo) lines.prompt()
  else if (terminal) output.write(question)
  const forget = stop && onAbort(stop, () => lines.close())
  const answer = await new Promise<string | undefined>((resolve) => {
    lines.once('line', resolve)
    // A terminal that is closed may fail instead of ending.
    for (const event of ['close', 'SIGINT', 'error']) lines.on(event, () => resolve(undefined))
  })
  forget?.()
  lines.close()
  // A file has none.
  if ('unref' in process.stdin) process.stdin.unref()
  if (terminal && !echo) output.write('\n')
  return answer
}
