import { type ConnectionType, defineConnection } from '../connection-type.ts'

export interface SshOptions {
  /** Instead of ~/.ssh/config, for this host. @default --ssh-config of the command line */
  readonly configFile?: string | undefined
  /**
   * Which client logs in. `auto` is the built-in one (ssh2, one process for all hosts), and OpenSSH's own where only that
   * can: certificates, security keys, GSSAPI, PKCS #11, host certificates, and key exchanges that ssh2 does not know.
   * `openssh` is always OpenSSH's own: one multiplexed connection a host, and a process for each shell.
   * @default 'auto'
   */
  readonly transport?: 'auto' | 'openssh' | undefined
}

/**
 * SSH, where and as `ssh NAME` goes: the host's name is the alias that is looked up in the ssh config. The inventory's
 * address is connected to only when neither the config (HostName) nor DNS and /etc/hosts know the name. The default.
 *
 * @example
 * defineInventory({ hosts: { 'web-1': { connection: ssh({ configFile: 'deploy/ssh_config' }) } } })
 */
export function ssh({ configFile, transport = 'auto' }: SshOptions = {}): ConnectionType {
  return defineConnection({
    name: 'ssh',
    open: async (host, signal, options) => {
      const { connectSsh } = await import('../ssh/connect.ts')
      const { passphrases, notice, connectTimeout } = options
      const file = configFile ?? options.sshConfigFile
      const how = { configFile: file, client: transport, passphrases, connectTimeout }
      return connectSsh(host, how, signal, notice)
    },
  })
}
