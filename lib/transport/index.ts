import { setMaxListeners } from 'node:events'
import { UnreachableError } from '../core/errors.ts'
import { onAbort } from '../core/on-abort.ts'
import { ShellConnection } from './connection.ts'
import type { ConnectionOptions } from './connection-options.ts'
import { local } from './connections/local.ts'
import { ssh } from './connections/ssh.ts'
import { type AskSecret, Passphrases } from './ssh/passphrases.ts'
import { newNonce } from './shell/shell.ts'
import type { Transport } from './transport.ts'

export type { AskSecret, Passphrases } from './ssh/passphrases.ts'
export type { ConnectionOptions } from './connection-options.ts'
export type { Channel, ChannelEnd } from './channel.ts'
export { type ConnectionType, type Link, type LinkOptions, defineConnection } from './connection-type.ts'
export * from './connections/index.ts'
export { type ProcessLinkOptions, processChannel, processLink } from './connections/process-link.ts'
export * from './transport.ts'

export interface TransportOptions extends ConnectionOptions {
  /** Instead of ~/.ssh/config. @default $RUN_PLAYBOOK_SSH_CONFIG */
  readonly sshConfigFile?: string | undefined
  /** Seconds that everything up to the login may take, for each try and each jump host. @default ConnectTimeout, or 10 */
  readonly connectTimeout?: number | undefined
  /** Asks for the passphrase of a key, once a run. Without it a key that needs one is passed over, and named in the error. */
  readonly askSecret?: AskSecret | undefined
}

/**
 * Connects to each host as its `connection` says, over SSH, where and as `ssh NAME` goes, where it says nothing. Nothing of
 * a kind of connection is loaded before the first one.
 *
 * @example
 * const transport = createTransport({ sshConfigFile: '.lab/ssh_config' })
 * const connection = await transport.connect({ name: 'node-a', address: '10.88.0.11' }, signal)
 * const [reply] = await connection.exchange([{ kind: 'probe', script: 'uname' }], { user: 'login' })
 */
export function createTransport(options: TransportOptions = {}): Transport {
  const sshConfigFile = options.sshConfigFile ?? (process.env['RUN_PLAYBOOK_SSH_CONFIG'] || undefined)
  const passphrases = new Passphrases(options.askSecret)
  const runs = new RunNames()
  return {
    connect: async (host, signal) => {
      const notice = (text: string): void => options.warn?.(host.name, text)
      // A signal of its own, because the one of the run has a listener for each connection.
      const own = new AbortController()
      setMaxListeners(0, own.signal)
      const forget = onAbort(signal, () => own.abort(signal.reason))
      try {
        const link = await (host.connection ?? ssh()).open(host, own.signal, {
          sshConfigFile,
          connectTimeout: options.connectTimeout,
          passphrases,
          notice,
        })
        // Not every kind of connection looks at the signal before it is there, and later nobody would be told.
        if (own.signal.aborted) {
          await link.close().catch(() => {})
          throw new UnreachableError('E_CONNECT_FAILED', `connecting to ${host.name} was interrupted`)
        }
        const run = options.run ?? runs.nameFor(host.name)
        const connection = new ShellConnection(link, { ...options, run }, forget)
        runs.remember(host.name, connection)
        return connection
      } catch (error) {
        forget()
        throw error
      }
    },
  }
}

/**
 * What the connections of a run call themselves at the lock, so that two names of one machine do not lock each other out.
 * A host whose connection was lost comes back under another name: it waits for what still runs there.
 */
class RunNames {
  readonly #run = newNonce()
  readonly #names = new Map<string, string>()
  readonly #last = new Map<string, ShellConnection>()

  nameFor(host: string): string {
    if (this.#last.get(host)?.cutOff === true) this.#names.set(host, newNonce())
    return this.#names.get(host) ?? this.#run
  }

  remember(host: string, connection: ShellConnection): void {
    this.#last.set(host, connection)
  }
}

/** The operator's own machine, whatever the host is called. */
export function localTransport(options: ConnectionOptions = {}): Transport {
  const transport = createTransport(options)
  return { connect: (host, signal) => transport.connect({ ...host, connection: local() }, signal) }
}
