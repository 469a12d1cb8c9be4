import type { Duplex } from 'node:stream'
import { NodeSSH } from 'node-ssh'
import type { Client } from 'ssh2'
import { UnreachableError, UserError } from '../core/errors.ts'
import type { Channel } from './channel.ts'
import type { Link } from './connection-type.ts'
import { hostKeyCheck } from './host-key.ts'
import { identitiesFor } from './identity.ts'
import { connectFailed } from './socket.ts'
import { openSshChannel } from './ssh-channel.ts'
import type { HostSettings } from './ssh-config.ts'

/** Where to log in, and over what. */
export interface SshTarget {
  /** The inventory's name, for messages. */
  readonly name: string
  readonly settings: HostSettings
  /** What is connected to, and looked up in known_hosts. */
  readonly host: string
  /** What to give to `ssh` for the same, for hints. */
  readonly sshArguments: string
  readonly stream: Duplex
}

/** Milliseconds for key exchange and login. */
const READY_TIMEOUT = 20_000

/** A black-holed connection ends after 40 s; ssh2 sends nothing by itself. */
const KEEPALIVE = { keepaliveInterval: 10_000, keepaliveCountMax: 3 }

/**
 * Logs in over a stream that is connected to the server.
 *
 * @throws UnreachableError E_UNKNOWN_HOST_KEY, E_HOST_KEY_CHANGED, E_HOST_KEY_REVOKED, E_AUTH_FAILED, E_HANDSHAKE_FAILED,
 * E_CONNECT_FAILED, which alone is worth another try
 */
export async function logIn(
  target: SshTarget,
  signal: AbortSignal,
  notice: (text: string) => void,
): Promise<SshLink> {
  const { name, settings, host, stream } = target
  const check = await hostKeyCheck(settings, host, target.sshArguments, notice)
  const identities = await identitiesFor(settings)
  const ssh = new NodeSSH()
  let refused: Error | undefined
  let verified = false
  const aborted = (): void => void stream.destroy()
  signal.addEventListener('abort', aborted, { once: true })
  try {
    await ssh.connect({
      sock: stream as never,
      username: settings.user,
      authHandler: [...identities.methods],
      readyTimeout: READY_TIMEOUT,
      ...KEEPALIVE,
      algorithms: { serverHostKey: [...check.algorithms] as never },
      // Called before anything of ours is sent to the server. Without it ssh2 takes any key.
      hostVerifier: (key: Buffer, answer: (ok: boolean) => void): void => {
        check.verify(key).then(
          () => answer((verified = true)),
          (error: Error) => {
            refused = error
            answer(false)
          },
        )
      },
    })
    if (ssh.connection === null) throw new Error('the connection was closed')
    return new SshLink(name, settings.user, ssh, ssh.connection, signal)
  } catch (cause) {
    stream.destroy()
    if (refused !== undefined) throw refused
    throw loginFailed(target, identities, cause as LoginError, verified)
  } finally {
    signal.removeEventListener('abort', aborted)
  }
}

/** One authenticated SSH connection. */
export class SshLink implements Link {
  readonly host: string
  readonly isRoot: boolean
  readonly #ssh: NodeSSH
  readonly #client: Client
  #lost: string | undefined

  constructor(host: string, user: string, ssh: NodeSSH, client: Client, signal: AbortSignal) {
    this.host = host
    this.isRoot = user === 'root'
    this.#ssh = ssh
    this.#client = client
    const aborted = (): void => {
      this.#lost ??= 'interrupted'
      client.destroy()
    }
    signal.addEventListener('abort', aborted, { once: true })
    // node-ssh leaves no listener behind: a reset connection would end the process.
    client.on('error', (error: Error) => (this.#lost ??= error.message))
    client.on('close', () => {
      this.#lost ??= 'the connection was closed'
      signal.removeEventListener('abort', aborted)
    })
  }

  async openChannel(command: string): Promise<Channel> {
    try {
      return await openSshChannel(this.#client, command, () => this.#lost)
    } catch (cause) {
      throw this.#failed('E_CHANNEL_FAILED', 'the server opens no session', cause)
    }
  }

  /** A TCP connection from the host, or from this hop to the next one. */
  async forward(host: string, port: number): Promise<Duplex> {
    return new Promise((resolve, reject) => {
      const fail = (cause: unknown): void =>
        reject(this.#failed('E_FORWARD_FAILED', `no way to ${host}:${port}`, cause))
      const lost = (): void => fail(new Error('the connection was closed'))
      try {
        this.#client.once('close', lost)
        this.#client.forwardOut('127.0.0.1', 0, host, port, (error, channel) => {
          this.#client.off('close', lost)
          if (error === undefined) resolve(channel)
          else fail(error)
        })
      } catch (cause) {
        fail(cause)
      }
    })
  }

  /** Calls back when the connection has ended, for whatever reason. */
  onClose(callback: () => void): void {
    if (this.#lost === undefined) this.#client.once('close', callback)
    else callback()
  }

  async close(): Promise<void> {
    this.#lost ??= 'it was closed'
    this.#ssh.dispose()
    this.#client.end()
  }

  #failed(code: string, what: string, cause: unknown): UserError {
    if (this.#lost !== undefined) {
      return new UnreachableError(
        'E_CONNECTION_LOST',
        `the connection to ${this.host} was lost: ${this.#lost}`,
        { cause },
      )
    }
    const { message, reason } = cause as Error & { reason?: number }
    // RFC 4254, 5.1: 1 is "administratively prohibited".
    const hint = reason === 1 ? 'Does the sshd_config there say AllowTcpForwarding no?' : undefined
    return new UserError(code, `${what} from ${this.host}: ${message}`, { cause, hint })
  }
}

type LoginError = Error & { readonly level?: string; readonly code?: string | number }

function loginFailed(
  { name, settings, host, sshArguments }: SshTarget,
  { offered, encrypted }: { readonly offered: readonly string[]; readonly encrypted: readonly string[] },
  cause: LoginError,
  verified: boolean,
): UnreachableError {
  const { level, message, code } = cause
  // A number is the server's reason for hanging up (RFC 4253, 11.1): too many keys were offered.
  const hungUp = verified && typeof code === 'number'
  if (level === 'client-authentication' || level === 'agent' || hungUp) {
    const keys = offered.length === 0 ? 'there was no key to offer' : `keys offered: ${offered.join(', ')}`
    const locked = encrypted.length === 0 ? '' : `; ${encrypted.join(', ')} needs a passphrase`
    return new UnreachableError(
      'E_AUTH_FAILED',
      `${name} refused ${settings.user}: ${keys}${locked}${hungUp ? `; ${message}` : ''}`,
      {
        hint:
          encrypted[0] === undefined
            ? `Does \`ssh ${sshArguments}\` log in?`
            : `Unlock it with: ssh-add ${encrypted[0]}`,
        cause,
      },
    )
  }
  if (level === 'handshake' || level === 'protocol') {
    return new UnreachableError('E_HANDSHAKE_FAILED', `${host} port ${settings.port}: ${message}`, { cause })
  }
  return connectFailed(host, settings.port, message, cause)
}
