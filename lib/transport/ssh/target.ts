import type { Link } from '../connection-type.ts'
import type { HostSettings } from './config.ts'

/** Where to log in. */
export interface SshTarget {
  /** The inventory's name, for messages. */
  readonly name: string
  readonly settings: HostSettings
  /** What is connected to, and looked up in known_hosts. */
  readonly host: string
  /** What to give to `ssh` for the same, for hints. */
  readonly sshArguments: string
}

/** For a server that forbids TCP forwarding. */
export const FORWARDING_HINT =
  'Check sshd_config there for AllowTcpForwarding no, PermitOpen none, or DisableForwarding yes.'

/** A connection that another one may go over. */
export interface SshConnection extends Link {
  /** Calls back when the connection has ended, for whatever reason. */
  onClose(callback: () => void): void
}
