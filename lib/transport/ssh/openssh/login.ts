import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Duplex, Readable } from 'node:stream'
import { UnreachableError } from '../../../core/errors.ts'
import { reveal } from '../../../core/secret.ts'
import type { Deadline } from '../connect-deadline.ts'
import type { Identities } from '../identity.ts'
import { refusedLogin } from '../login-failed.ts'
import { onAbort } from '../../../core/on-abort.ts'
import { QUESTION, TELL, launchMaster, makeWorkplace, offerStream } from './launch.ts'
import { OpenSshLink } from './link.ts'
import type { Passphrases } from '../passphrases.ts'
import { endGroup } from '../process-stream.ts'
import { connectFailed } from '../socket.ts'
import type { SshTarget } from '../target.ts'

export interface OpenSshLogin {
  /** Why ssh2 does not do, for messages. */
  readonly reason: string
  /** From the jump host to the server. */
  readonly stream: Duplex | undefined
  readonly identities: Identities
  readonly passphrases: Passphrases
  readonly deadline: Deadline
  readonly notice: (text: string) => void
}

/**
 * Logs in with OpenSSH's own client, as the master of one multiplexed connection.
 * @throws UnreachableError with the codes of `logIn`, and E_NO_SSH_CLIENT where there is none
 */
export async function logInWithOpenSsh(
  target: SshTarget,
  login: OpenSshLogin,
  signal: AbortSignal,
): Promise<OpenSshLink> {
  const { stream, deadline, passphrases } = login
  const place = await makeWorkplace()
  try {
    if (stream !== undefined) await offerStream(place.folder, stream)
    const how = { canAsk: passphrases.canAsk, overHop: stream !== undefined, timeoutMs: deadline.ms }
    const child = launchMaster(target, place, how)
    const lines: string[] = []
    listen(child, lines, login)
    const said = (): string => lines.join('\n')
    const ready = await isReady(child, deadline)
    if (!ready) {
      if (deadline.signal.aborted) throw deadline.signal.reason
      throw failed(target, login, said())
    }
    const master = { child, socket: place.socket, said, tidy: () => place.remove() }
    return new OpenSshLink(target.name, target.settings.user, master, signal)
  } catch (error) {
    await place.remove()
    throw error
  }
}

/** Whether the login came about, before the end of the process or of the time. */
function isReady(child: ChildProcess, deadline: Deadline): Promise<boolean> {
  return new Promise((resolve) => {
    let out = ''
    const forget = onAbort(deadline.signal, () => endGroup(child))
    const done = (ready: boolean): void => {
      forget()
      resolve(ready)
    }
    child.stdout?.on('data', (chunk: Buffer) => {
      out += chunk.toString('latin1')
      if (/^ready$/m.test(out)) done(true)
    })
    child.on('error', () => done(false))
    // 'close' comes after the last of what it says.
    child.on('close', () => done(false))
  })
}

/** As many lines of what it says are kept. */
const KEPT = 50

/** Takes what ssh says, and answers what it asks. */
function listen(child: ChildProcess, lines: string[], login: OpenSshLogin): void {
  const { passphrases, deadline, notice } = login
  const answered = new Set<string>()
  child.stdin?.on('error', () => {})
  const answer = async (question: string): Promise<void> => {
    const file = /passphrase for key '(.*)':/.exec(question)?.[1]
    // Asked again, the first answer was wrong.
    if (file !== undefined && answered.has(file)) passphrases.forget(file)
    if (file !== undefined) answered.add(file)
    const reply = await deadline.pauseFor(async () =>
      file === undefined ? passphrases.ask(question) : passphrases.unlock(file, (typed) => typed),
    )
    const text = reply === undefined ? '' : typeof reply === 'string' ? reply : reveal(reply)
    child.stdin?.write(`${text}\n`)
  }
  createInterface({ input: child.stderr as Readable, crlfDelay: Infinity }).on('line', (line) => {
    if (line.startsWith(QUESTION)) void answer(line.slice(QUESTION.length))
    else if (line.startsWith(TELL)) notice(line.slice(TELL.length))
    else if (line.startsWith('Warning: Permanently added')) notice(line.replace('Warning: ', ''))
    else if (lines.push(line) > KEPT) lines.shift()
  })
}

/** What ssh's last words mean. */
function failed(target: SshTarget, { reason, identities }: OpenSshLogin, said: string): UnreachableError {
  const { name, host, settings, sshArguments } = target
  const cause = new Error(`${said}\n(through OpenSSH's own client, because ${reason})`)
  const problem = (code: string, what: string, hint?: string): UnreachableError =>
    new UnreachableError(code, `${what}: ${said}`, { hint, cause })
  if (/not found|ENOENT/.test(said) && /\bssh\b/.test(said))
    return problem('E_NO_SSH_CLIENT', `${name} needs OpenSSH's own client, because ${reason}`, 'Install it.')
  if (/REVOKED HOST KEY|marked as revoked/i.test(said))
    return problem('E_HOST_KEY_REVOKED', `the host key of ${name} is revoked`)
  if (/IDENTIFICATION HAS CHANGED/.test(said))
    return problem('E_HOST_KEY_CHANGED', `the host key of ${name} has changed`)
  if (/[Hh]ost key verification failed|host key is known for/.test(said)) {
    const hint = `Compare the fingerprint, then accept it with: ssh ${sshArguments}`
    const what = `the host key of ${name} is not known (${reason}, but the server shows no certificate of it)`
    return problem('E_UNKNOWN_HOST_KEY', what, hint)
  }
  if (/Permission denied \(|Too many authentication failures/.test(said))
    return refusedLogin(target, identities, said, cause)
  if (/no matching .* found|Unable to negotiate/.test(said))
    return problem('E_HANDSHAKE_FAILED', `${host} port ${settings.port}`)
  const code = /refused/.test(said)
    ? 'ECONNREFUSED'
    : /reset|closed by/i.test(said)
      ? 'ECONNRESET'
      : 'EUNKNOWN'
  return connectFailed(host, settings.port, said, Object.assign(cause, { code }))
}
