import { UserError } from '../core/errors.ts'
import { type Secret, reveal, scrub } from '../core/secret.ts'
import { byteReader } from './byte-reader.ts'
import { type Channel, endOf, tailOf } from './channel.ts'
import { becomeProgram, packProgram } from './host-program.ts'
import { Session, type SessionOptions, newNonce } from './session.ts'

/** How long sudo may take with the right password: PAM may ask a directory server. */
const SUDO_TIMEOUT = 30_000

/**
 * A root shell by sudo over a channel that runs the login user's bootstrap.
 *
 * Without a password all is sent at once and sudo's refusal shows at the first batch. With one, nothing may follow it
 * until sudo has taken it: after a wrong one sudo would read the next line as the second try, and the third locks the account.
 *
 * @throws UserError E_BECOME_FAILED
 */
export async function openRootShell(
  channel: Channel,
  password: Secret | undefined,
  options: SessionOptions,
): Promise<Session> {
  const nonce = newNonce()
  const reader = byteReader(channel.stdout)
  const stderr = tailOf(channel.stderr)
  const said = (): string => scrub(stderr()).replaceAll(nonce, '').trim()
  const refused = (): UserError => becomeFailed(options.host, said(), password !== undefined)
  let serverAddress: string | undefined
  channel.stdin.write(packProgram(becomeProgram(nonce, password !== undefined), nonce))
  if (password !== undefined) {
    channel.stdin.write(`${oneLine(password)}\n`)
    const watch = afterSecondPrompt(channel, nonce)
    try {
      await reader.skipPast(`\n${nonce} become `)
      const address = await reader.line()
      if (address !== '-') serverAddress = address
      await reader.skipPast(`\n${nonce} root\n`)
    } catch {
      await endOf(channel)
      throw watch.askedAgain ? becomeFailed(options.host, 'sudo refused the password', true) : refused()
    } finally {
      watch.stop()
    }
  }
  const started = { root: true, nonce, reader, stderr, serverAddress }
  return new Session(channel, { ...options, neverStarted: refused }, started)
}

/**
 * Hangs up when sudo asks again, or never answers. Closing stdin alone would not do: sudo-rs takes the end of it for an
 * empty password, and so for another failed attempt.
 */
function afterSecondPrompt(channel: Channel, nonce: string): { readonly askedAgain: boolean; stop(): void } {
  let seen = ''
  const askedAgain = (): boolean => seen.split(nonce).length > 2
  const watch = (chunk: Buffer): void => {
    seen += chunk.toString('latin1')
    if (askedAgain()) channel.destroy()
  }
  channel.stderr.on('data', watch)
  const timer = setTimeout(() => channel.destroy(), SUDO_TIMEOUT)
  return {
    get askedAgain() {
      return askedAgain()
    },
    stop: () => {
      clearTimeout(timer)
      channel.stderr.off('data', watch)
    },
  }
}

function oneLine(password: Secret): string {
  const text = reveal(password)
  if (/[\n\r\0]/.test(text))
    throw new UserError('E_BECOME_FAILED', 'the become password contains a line break')
  return text
}

function becomeFailed(host: string, said: string, withPassword: boolean): UserError {
  const why = said === '' ? 'sudo ended without a word' : said.replace(/\s*\n\s*/g, '; ')
  return new UserError('E_BECOME_FAILED', `cannot become root on ${host}: ${why}`, {
    hint: withPassword
      ? `Check the password with \`ssh -t ${host} sudo true\`. It was tried once.`
      : `Pass the sudo password with --ask-become-pass, or allow ${host} sudo without one.`,
  })
}
