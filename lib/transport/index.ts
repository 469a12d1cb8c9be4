import { ShellConnection, type ConnectionOptions } from './connection.ts'
import { local } from './connections/local.ts'
import { ssh } from './connections/ssh.ts'
import type { Transport } from './transport.ts'

export type { ConnectionOptions } from './connection.ts'
export type { Channel, ChannelEnd } from './channel.ts'
export { type ConnectionType, type Link, type LinkOptions, defineConnection } from './connection-type.ts'
export * from './connections/index.ts'
export { type ProcessLinkOptions, processChannel, processLink } from './process-link.ts'
export * from './transport.ts'

export interface TransportOptions extends ConnectionOptions {
  /** Instead of ~/.ssh/config. @default $RUN_PLAYBOOK_SSH_CONFIG */
  readonly sshConfigFile?: string | undefined
}

/**
 * Connects to each host as its `connection` says, over SSH where it says nothing. Nothing of a kind of connection is
 * loaded before the first one.
 *
 * @example
 * const transport = createTransport({ sshConfigFile: '.lab/ssh_config' })
 * const connection = await transport.connect({ name: 'node-a', address: '10.88.0.11' }, signal)
 * const [reply] = await connection.exchange([{ kind: 'probe', script: 'uname' }], { user: 'login' })
 */
export function createTransport(options: TransportOptions = {}): Transport {
  const sshConfigFile = options.sshConfigFile ?? (process.env['RUN_PLAYBOOK_SSH_CONFIG'] || undefined)
  return {
    connect: async (host, signal) => {
      const notice = (text: string): void => options.warn?.(host.name, text)
      const link = await (host.connection ?? ssh()).open(host, signal, { sshConfigFile, notice })
      return new ShellConnection(link, options)
    },
  }
}

/** The operator's own machine, whatever the host is called. */
export function localTransport(options: ConnectionOptions = {}): Transport {
  const transport = createTransport(options)
  return { connect: (host, signal) => transport.connect({ ...host, connection: local() }, signal) }
}
