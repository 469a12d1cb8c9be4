import { type ConnectionType, defineConnection } from '../connection-type.ts'

export interface SshOptions {
  /** Instead of ~/.ssh/config, for this host. @default --ssh-config of the command line */
  readonly configFile?: string | undefined
}

/**
 * SSH, as the ssh config says: the host's name is the alias that is looked up there. The default.
 *
 * @example
 * hosts: { 'web-1': { connection: ssh({ configFile: 'deploy/ssh_config' }) } }
 */
export function ssh({ configFile }: SshOptions = {}): ConnectionType {
  return defineConnection({
    name: 'ssh',
    open: async (host, signal, options) => {
      const { connectSsh } = await import('../ssh.ts')
      return connectSsh(host, configFile ?? options.sshConfigFile, signal, options.notice)
    },
  })
}
