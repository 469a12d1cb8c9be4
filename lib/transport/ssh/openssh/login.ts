import type { ChildProcess } from 'node:child_process'
import type { Server } from 'node:net'
import { createInterface } from 'node:readline'
import type { Duplex, Readable } from 'node:stream'
import { UnreachableError } from '../../../core/errors.ts'
import { type Secret, reveal } from '../../../core/secret.ts'
import type { Deadline } from '../connect-deadline.ts'
import type { Identities } from '../identity.ts'
import { refusedLogin } from '../login-failed.ts'
import { pipesOf } from '../../connections/pipes.ts'
import { onAbort } from '../../../core/on-abort.ts'
import { launchMaster, offerStream } from './launch.ts'
import { OpenSshLink } from './link.ts'
import type { Passphrases } from '../passphrases.ts'
import { END_TIMEOUT, endGroup } from '../process-stream.ts'
import { connectFailed } from '../socket.ts'
import type { SshTarget } from '../target.ts'
import { type Workplace, makeWorkplace } from './workplace.ts'

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
  const { stream, deadline, passphrases, notice } = login
  const place = await makeWorkplace(passphrases.canAsk)
  let offered: Server | undefined
  try {
    if (stream !== undefined) offered = await offerStream(place.folder, stream)
    const how = {
      canAsk: passphrases.canAsk,
      overHop: stream !== undefined,
      timeoutMs: deadline.ms,
      withoutAgent: login.identities.agentIsSilent,
    }
    const child = launchMaster(target, place, how)
    const { stderr } = pipesOf(child)
    const heard: string[] = []
    listen(child, stderr, place, heard, login)
    const ready = await isReady(child, deadline)
    const lines = (): string[] => place.said().split('\n')
    const said = (): string => lines().filter(isTrouble).join('\n')
    if (!ready) {
      if (deadline.signal.aborted) throw deadline.signal.reason
      throw failed(target, login, said(), heard.join('\n'))
    }
    for (const line of lines()) if (!isTrouble(line)) notice(line.replace('Warning: ', ''))
    const master = { child, socket: place.socket, said, tidy: () => place.remove() }
    return new OpenSshLink(target.name, target.settings.user, master, signal)
  } catch (error) {
    await place.remove()
    throw error
  } finally {
    offered?.close()
  }
}

/** Whether a line of ssh's is more than the news of a key that was added to known_hosts. */
const isTrouble = (line: string): boolean => !line.startsWith('Warning: Permanently added')

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
    // 'close' comes after the last of what it says; where a ProxyCommand that does not end has the same standard error,
    // much later.
    child.on('close', () => done(false))
    child.on('exit', () => void setTimeout(done, END_TIMEOUT, false).unref())
  })
}

/** A question for a password; one for a code is put anew each time. */
const PASSWORD = /^\S+@\S+'s password: ?$|^\(\S+@\S+\) password: ?$/i

/** As many lines of what comes on standard error are kept. */
const KEPT = 50

/** Answers what ssh asks. The rest of standard error is of the host or of a ProxyCommand. */
function listen(
  child: ChildProcess,
  stderr: Readable,
  { question: asks, tell }: Workplace,
  heard: string[],
  { passphrases, deadline, notice }: OpenSshLogin,
): void {
  const answered = new Set<string>()
  child.stdin?.on('error', () => {})
  const answer = async (question: string): Promise<void> => {
    const file = /passphrase for key '(.*)':/.exec(question)?.[1]
    const known = file ?? (PASSWORD.test(question) ? question : undefined)
    // Asked again, the first answer was wrong.
    if (known !== undefined && answered.has(known)) passphrases.forget(known)
    if (known !== undefined) answered.add(known)
    const reply = await deadline.pauseFor<string | Secret | undefined>(async () => {
      if (file !== undefined) return passphrases.unlock(file, (typed) => typed)
      return known === undefined ? passphrases.ask(question) : passphrases.password(question)
    })
    const text = reply === undefined ? '' : typeof reply === 'string' ? reply : reveal(reply)
    child.stdin?.write(`${text}\n`)
  }
  createInterface({ input: stderr, crlfDelay: Infinity }).on('line', (line) => {
    // What cannot be asked has no answer, as where nothing is typed.
    if (line.startsWith(asks)) answer(line.slice(asks.length)).catch(() => child.stdin?.write('\n'))
    else if (line.startsWith(tell)) notice(line.slice(tell.length))
    else if (heard.push(line) > KEPT) heard.shift()
  })
}

/** What ssh's last words mean. @param heard what the host, a ProxyCommand or the shell said */
function failed(
  target: SshTarget,
  { reason, identities }: OpenSshLogin,
  words: string,
  heard: string,
): UnreachableError {
  const { name, host, settings, sshArguments } = target
  const fromProxy = settings.proxyCommand !== undefined && heard !== ''
  const said = words === '' ? heard : fromProxy ? `${words}; the ProxyCommand said: ${heard}` : words
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
