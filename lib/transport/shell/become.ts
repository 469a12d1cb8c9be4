import { UserError } from '../../core/errors.ts'
import { type Secret, reveal, scrub } from '../../core/secret.ts'
import { byteReader } from './byte-reader.ts'
import { type Channel, endOf, tailOf } from '../channel.ts'
import { Deadline } from './deadline.ts'
import { LONGEST_LINE } from './replies.ts'
import { MOST_NOISE, Shell, type ShellOptions, newNonce } from './shell.ts'
import { becomeProgram, packProgram } from './program.ts'

/**
 * A name as useradd and directories allow it. It stands after `~` in a program, so it is nothing that a shell would read
 * in another way.
 */
const ACCOUNT = /^[A-Za-z0-9_][A-Za-z0-9_.@-]*\$?$/

/** @throws UserError E_BECOME_FAILED for what is no name of an account */
export function checkAccount(account: string, host: string): void {
  if (ACCOUNT.test(account)) return
  throw new UserError(
    'E_BECOME_FAILED',
    `cannot become ${JSON.stringify(account)} on ${host}: this is not a valid user name`,
  )
}

/**
 * A shell of another account over a channel that runs the login user's bootstrap: root's by sudo, any other through root.
 *
 * Without a password all is sent at once and sudo's refusal shows at the first batch. With one, nothing may follow it
 * until sudo has taken it: after a wrong one sudo would read the next line as the second try, and the third locks the account.
 *
 * @param becauseOf an earlier failure that explains a failure of this one
 * @throws UserError E_BECOME_FAILED
 */
export async function openShellOf(
  account: string,
  channel: Channel,
  password: Secret | undefined,
  options: ShellOptions,
  becauseOf?: UserError,
): Promise<Shell> {
  const nonce = newNonce()
  const reader = byteReader(channel.stdout)
  const stderr = tailOf(channel.stderr)
  const clean = (said: string): string => scrub(said).replaceAll(nonce, '').trim()
  const refused = (said: string): UserError =>
    becauseOf ?? becomeFailed(account, options.host, clean(said), password !== undefined)
  let serverAddress: string | undefined
  channel.stdin.write(packProgram(becomeProgram(nonce, account, password !== undefined), nonce))
  if (password !== undefined) {
    const prompts = new PromptWatch(channel, nonce)
    const deadline = new Deadline(() => channel.destroy())
    deadline.allow(options.patience)
    try {
      channel.stdin.write(`${oneLine(password)}\n`)
      await reader.skipPast(`\n${nonce} become `, MOST_NOISE)
      const address = await reader.line(LONGEST_LINE)
      if (address !== '-') serverAddress = address
      await reader.skipPast(`\n${nonce} started\n`, MOST_NOISE)
    } catch (error) {
      if (error instanceof UserError) throw error
      await endOf(channel)
      channel.destroy()
      const { refused: notOpened } = channel.end()
      if (notOpened !== undefined) throw notOpened
      if (prompts.askedAgain) throw becomeFailed(account, options.host, 'sudo refused the password', true)
      throw refused([deadline.missed, stderr()].filter(Boolean).join(': '))
    } finally {
      deadline.clear()
      prompts.stop()
    }
  }
  const started = { account, nonce, reader, stderr, serverAddress }
  return new Shell(channel, { ...options, neverStarted: refused }, started)
}

/**
 * Hangs up when sudo asks again. Closing stdin alone would not do: sudo-rs takes the end of it for an empty password, and
 * so for another failed attempt.
 */
class PromptWatch {
  readonly #channel: Channel
  readonly #prompt: string
  #before = ''
  #count = 0

  constructor(channel: Channel, nonce: string) {
    this.#channel = channel
    this.#prompt = nonce
    channel.stderr.on('data', this.#watch)
  }

  get askedAgain(): boolean {
    return this.#count > 1
  }

  stop(): void {
    this.#channel.stderr.off('data', this.#watch)
  }

  readonly #watch = (chunk: Buffer): void => {
    const parts = (this.#before + chunk.toString('latin1')).split(this.#prompt)
    this.#count += parts.length - 1
    // A prompt may begin in one chunk and end in the next.
    this.#before = (parts.at(-1) ?? '').slice(1 - this.#prompt.length)
    if (this.askedAgain) this.#channel.destroy()
  }
}

function oneLine(password: Secret): string {
  const text = reveal(password)
  if (/[\n\r\0]/.test(text))
    throw new UserError('E_BECOME_FAILED', 'the become password contains a line break')
  return text
}

function becomeFailed(account: string, host: string, said: string, withPassword: boolean): UserError {
  const why = said === '' ? 'sudo ended without a message' : said.replace(/\s*\n\s*/g, '; ')
  const hint = why.startsWith('there is no account')
    ? `Create the account first, or correct becomeUser.`
    : withPassword
      ? `Check the password with \`ssh -t ${host} sudo true\`. It was tried once.`
      : `Pass the sudo password with --ask-become-pass, or allow ${host} sudo without one.`
  return new UserError('E_BECOME_FAILED', `cannot become ${account} on ${host}: ${why}`, { hint })
}
