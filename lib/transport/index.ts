import { ShellConnection, type ConnectionOptions } from './connection.ts'
import type { Transport } from './transport.ts'

export type { ConnectionOptions } from './connection.ts'
export { type ConnectionType, type Link, type LinkOptions, defineConnection } from './connection-type.ts'
export * from './transport.ts'

export interface TransportOptions extends ConnectionOptions {
  /** Instead of ~/.ssh/config. @default $RUN_PLAYBOOK_SSH_CONFIG */
  readonly sshConfigFile?: string | undefined
}

/**
 * Hosts over SSH, by node-ssh. Nothing of it is loaded before the first connection.
 *
 * @example
 * const transport = createTransport({ sshConfigFile: '.lab/ssh_config' })
 * const connection = await transport.connect({ name: 'node-a', address: '10.88.0.11' }, signal)
 * const [reply] = await connection.exchange([{ kind: 'probe', script: 'uname' }], { user: 'login' })
 */
export function createTransport(options: TransportOptions = {}): Transport {
  const configFile = options.sshConfigFile ?? (process.env['RUN_PLAYBOOK_SSH_CONFIG'] || undefined)
  return {
    connect: async (host, signal) => {
      const { connectSsh } = await import('./ssh.ts')
      const notice = (text: string): void => options.warn?.(host.name, text)
      return new ShellConnection(await connectSsh(host, configFile, signal, notice), options)
    },
  }
}

/** The operator's own machine, whatever the host is called. */
export function localTransport(options: ConnectionOptions = {}): Transport {
  return {
    connect: async (host, signal) => {
      const { LocalLink } = await import('./local.ts')
      return new ShellConnection(new LocalLink(host.name, signal), options)
    },
  }
}
