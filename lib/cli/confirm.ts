import { createInterface } from 'node:readline/promises'
import { UserError } from '../core/errors.ts'
import type { Confirmation } from '../playbook/playbook.ts'
import { cleanBlock } from '../reporters/index.ts'

/** Where somebody can be asked. */
export interface AskedOn {
  readonly input?: NodeJS.ReadableStream & { readonly isTTY?: boolean }
  readonly output?: NodeJS.WritableStream
  /** Takes the question back: the answer is no then. */
  readonly stop?: AbortSignal | undefined
}

/**
 * Shows what is about to happen and waits for a yes.
 * @throws UserError for any other answer, and where there is no terminal to ask on: nothing was changed then
 */
export async function confirm({ text, yes }: Confirmation, where: AskedOn = {}): Promise<void> {
  const { input = process.stdin, output = process.stderr } = where
  output.write(`\n${cleanBlock(text)}\n`)
  if (input.isTTY !== true)
    throw new UserError('E_NOT_CONFIRMED', 'nothing was changed: there is no terminal to ask on', {
      hint: `To confirm without a terminal: -e ${yes}`,
    })
  const answer = await ask('Go on? y/N ', where)
  if (!/^y(es)?$/i.test(answer)) throw new UserError('E_NOT_CONFIRMED', 'nothing was changed')
}

/** Asks for one line. @returns it without blanks around; empty when the question is taken back or the terminal is closed */
export async function ask(
  question: string,
  { input = process.stdin, output = process.stderr, stop }: AskedOn = {},
): Promise<string> {
  if (stop?.aborted === true) return ''
  const lines = createInterface({ input, output })
  const giveUp = (): void => lines.close()
  stop?.addEventListener('abort', giveUp)
  try {
    // Ctrl-C and Ctrl-D too close it. A terminal that is gone may fail instead.
    const ended = new Promise<string>((end) => {
      for (const event of ['close', 'error']) lines.on(event, () => end(''))
    })
    return (await Promise.race([lines.question(question), ended])).trim()
  } finally {
    stop?.removeEventListener('abort', giveUp)
    lines.close()
  }
}
