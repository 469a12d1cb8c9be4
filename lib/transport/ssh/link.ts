import type { Duplex } from 'node:stream'
import { NodeSSH } from 'node-ssh'
import type { Client } from 'ssh2'
import { UnreachableError, UserError } from '../../core/errors.ts'
import { hostPort } from '../../core/host-port.ts'
import type { Channel } from '../channel.ts'
import type { Deadline } from './connect-deadline.ts'
import type { HostKeyCheck } from './host-key.ts'
import { type Identities, tryInTurn } from './identity.ts'
import { type LoginError, loginFailed } from './login-failed.ts'
import { onAbort } from '../../core/on-abort.ts'
import { listensHint } from '../listens-hint.ts'
import { openSshChannel } from './channel.ts'
import { FORWARDING_HINT, type SshConnection, type SshTarget } from './target.ts'

/** What to log in with, over what, and until when. */
export interface Login {
  readonly stream: Duplex
  readonly check: HostKeyCheck
  readonly identities: Identities
  readonly deadline: Deadline
}

/**
 * Logs in over a stream that is connected to the server.
 *
 * @param signal ends the connection later
 * @throws UnreachableError E_UNKNOWN_HOST_KEY, E_HOST_KEY_CHANGED, E_HOST_KEY_REVOKED, E_AUTH_FAILED, E_HANDSHAKE_FAILED,
 * E_CONNECT_FAILED, which alone is worth another try
 */
export async function logIn(
  target: SshTarget,
  { stream, check, identities, deadline }: Login,
  signal: AbortSignal,
): Promise<SshLink> {
  const ssh = new NodeSSH()
  const { kex, cipher, hmac } = target.settings.algorithms
  let refused: unknown
  let verified = false
  let broken: Error | undefined
  const forget = onAbort(deadline.signal, () => void stream.destroy())
  try {
    // It ended while nobody listened, and says nothing more by itself.
    if (stream.destroyed) throw new Error('Connection lost before the login')
    const login = ssh.connect({
      sock: stream as never,
      username: target.settings.user,
      authHandler: tryInTurn(identities, (error) => (refused = error)) as never,
      // The deadline's is what counts.
      readyTimeout: 0,
      // ssh2 asks nothing by itself.
      keepaliveInterval: target.settings.keepalive.intervalMs,
      keepaliveCountMax: target.settings.keepalive.count,
      algorithms: {
        serverHostKey: [...check.algorithms] as never,
        ...(kex && { kex: [...kex] as never }),
        ...(cipher && { cipher: [...cipher] as never }),
        ...(hmac && { hmac: [...hmac] as never }),
      },
      // Called before anything of ours is sent to the server. Without it ssh2 takes any key.
      hostVerifier: (key: Buffer, answer: (ok: boolean) => void): void => {
        check.verify(key).then(
          () => answer((verified = true)),
          (error: unknown) => {
            refused = error
            answer(false)
          },
        )
      },
    })
    // node-ssh takes its own listener away at the login: what comes right behind it would end the process.
    ssh.connection?.on('error', (error: Error) => (broken = error))
    // A jump host that is gone does not tell of the end of the stream.
    await deadline.race(login)
    if (broken !== undefined) throw broken
    if (ssh.connection === null) throw new Error('the connection was closed')
    return new SshLink(target, ssh, ssh.connection, stream, signal)
  } catch (cause) {
    stream.destroy()
    throw refused ?? loginFailed(target, identities, cause as LoginError, verified)
  } finally {
    forget()
    identities.hangUp()
  }
}

/** Milliseconds that a server may take to hang up when it was told goodbye. */
const GOODBYE_MS = 2000

/** One authenticated SSH connection. */
export class SshLink implements SshConnection {
  readonly host: string
  readonly isRoot: boolean
  readonly tryIt: string
  readonly #ssh: NodeSSH
  readonly #client: Client
  readonly #stream: Duplex
  readonly #over = new AbortController()
  readonly #silentAfterMs: number
  #heardAt = performance.now()
  #lost: string | undefined

  constructor(target: SshTarget, ssh: NodeSSH, client: Client, stream: Duplex, signal: AbortSignal) {
    const { user, keepalive } = target.settings
    this.host = target.name
    this.isRoot = user === 'root'
    this.tryIt = `ssh ${this.host} /bin/sh -c true`
    // It is asked when it said nothing for the interval. Half of one more is time enough for an answer.
    this.#silentAfterMs = 1.5 * keepalive.intervalMs
    stream.on('data', () => (this.#heardAt = performance.now()))
    this.#ssh = ssh
    this.#client = client
    this.#stream = stream
    const aborted = (): void => {
      this.#lost ??= 'interrupted'
      stream.destroy()
    }
    const forget = onAbort(signal, aborted)
    // As many commands may wait for an answer as there are sessions; each takes its listener away.
    client.setMaxListeners(0)
    // node-ssh leaves no listener behind: a reset connection would end the process.
    client.on('error', (error: Error) => (this.#lost ??= error.message))
    client.on('close', () => {
      this.#lost ??= 'the connection was closed'
      forget()
      this.#over.abort()
    })
  }

  get silent(): boolean {
    return performance.now() - this.#heardAt > this.#silentAfterMs
  }

  async openChannel(command: string): Promise<Channel> {
    try {
      return await openSshChannel(this.#client, command, () => this.#lost)
    } catch (cause) {
      throw this.#failed('E_CHANNEL_FAILED', 'the server refused to open another session', cause)
    }
  }

  /** A TCP connection from the host, or from this hop to the next one. */
  async forward(host: string, port: number): Promise<Duplex> {
    return new Promise((resolve, reject) => {
      const fail = (cause: unknown): void => {
        this.#client.off('close', lost)
        // RFC 4254, 5.1: 1 is "administratively prohibited".
        const forbidden = (cause as { reason?: number }).reason === 1
        const code = forbidden ? 'E_FORWARD_REFUSED' : 'E_FORWARD_FAILED'
        const hint = forbidden ? FORWARDING_HINT : listensHint(this.host, host, port)
        reject(this.#failed(code, `no connection to ${hostPort(host, port)}`, cause, hint))
      }
      const lost = (): void => fail(new Error('the connection was closed'))
      this.#client.once('close', lost)
      try {
        this.#client.forwardOut('127.0.0.1', 0, host, port, (error, channel) => {
          this.#client.off('close', lost)
          // A channel of a hop has no listener until the next login begins.
          if (error === undefined) resolve(channel.on('error', () => {}))
          else fail(error)
        })
      } catch (cause) {
        fail(cause)
      }
    })
  }

  onClose(callback: () => void): void {
    if (this.#lost === undefined) onAbort(this.#over.signal, callback)
    else callback()
  }

  async close(): Promise<void> {
    this.#lost ??= 'it was closed'
    this.#ssh.dispose()
    this.#client.end()
    // One that hangs would keep this process alive, and the jump host's connection open.
    const late = setTimeout(() => {
      this.#stream.destroy()
      this.#over.abort()
    }, GOODBYE_MS)
    onAbort(this.#over.signal, () => clearTimeout(late))
  }

  #failed(code: string, what: string, cause: unknown, hint?: string): UserError {
    if (this.#lost !== undefined) {
      return new UnreachableError(
        'E_CONNECTION_LOST',
        `the connection to ${this.host} was lost: ${this.#lost}`,
        { cause },
      )
    }
    return new UserError(code, `${what} from ${this.host}: ${(cause as Error).message}`, { cause, hint })
  }
}
