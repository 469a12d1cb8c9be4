import { createInterface } from 'node:readline/promises'
import { UserError } from '../core/errors.ts'
import type { Confirmation } from '../playbook/playbook.ts'

/**
 * Shows what is about to happen and waits for a yes.
 * @throws UserError for any other answer, and where there is no terminal to ask on: nothing was changed then
 */
export async function confirm(
  { text, yes }: Confirmation,
  input: NodeJS.ReadableStream & { readonly isTTY?: boolean } = process.stdin,
  output: NodeJS.WritableStream = process.stderr,
): Promise<void> {
  output.write(`\n${text}\n`)
  if (input.isTTY !== true)
    throw new UserError('E_NOT_CONFIRMED', 'nothing was changed: there is no terminal to ask on', {
      hint: `If this is what you want: -e ${yes}`,
    })
  const lines = createInterface({ input, output })
  try {
    // Ctrl-D, or a terminal that is closed.
    const ended = new Promise<string>((end) => lines.once('close', () => end('')))
    const answer = await Promise.race([lines.question('Go on? y/N '), ended])
    if (!/^y(es)?$/i.test(answer.trim())) throw new UserError('E_NOT_CONFIRMED', 'nothing was changed')
  } finally {
    lines.close()
  }
}
