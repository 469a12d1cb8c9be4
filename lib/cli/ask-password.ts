import { text } from 'node:stream/consumers'
import { UserError } from '../core/errors.ts'
import { Secret } from '../core/secret.ts'
import { askLine } from './ask-line.ts'

/** Asks for the sudo password without echo; reads one line when standard input is a pipe. Never stored. */
export async function askBecomePassword(): Promise<Secret> {
  const answer = await askLine('BECOME password: ')
  if (answer === undefined) throw new UserError('E_USAGE', 'no sudo password was given')
  return new Secret('become password', answer)
}

/** Asks for a secret without echo; all of standard input when that is a pipe, without the last line break. */
export async function askSecret(prompt: string): Promise<string> {
  if (process.stdin.isTTY === true) return (await askLine(prompt)) ?? ''
  return (await text(process.stdin)).replace(/\r?\n$/, '')
}

/**
 * Asks for the passphrase of a key without echo; undefined where there is no terminal, or nobody answers.
 * @param over takes the question back: one that stays on the terminal would keep this process from ending
 */
export async function askPassphrase(prompt: string, over?: AbortSignal): Promise<Secret | undefined> {
  const answer = process.stdin.isTTY === true ? await askLine(prompt, { stop: over }) : undefined
  return answer === undefined ? undefined : new Secret('passphrase', answer)
}
