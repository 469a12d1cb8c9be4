import type { Duplex } from 'node:stream'
import { UserError } from '../core/errors.ts'
import type { Channel } from './channel.ts'
import type { Passphrases } from './ssh/passphrases.ts'

/** What of an inventory's host is needed to connect to it. */
export interface HostAddress {
  /** The inventory's name, looked up in the ssh config. */
  readonly name: string
  /** Where to connect when the ssh config has no HostName for the name, and DNS and /etc/hosts do not know it either. */
  readonly address: string
}

/** A way to reach hosts, as a value in the inventory: `ssh()`, `local()`, `dockerExec({ … })`, `chroot({ … })`, or your own. */
export interface ConnectionType {
  readonly kind: 'connection'
  /** For messages: `docker`. */
  readonly name: string
  /** Whether a host of the inventory must say its `address`. */
  readonly needsAddress: boolean
  /** Its kernel is that of the machine that run-playbook runs on: a reboot would be that machine's. */
  readonly onOwnMachine?: boolean | undefined
  /**
   * @param signal interrupts the attempt, and later cuts the link
   * @throws UnreachableError
   */
  open(host: HostAddress, signal: AbortSignal, options: LinkOptions): Promise<Link>
}

/** What the command line has to say about connections. */
export interface LinkOptions {
  /** Instead of ~/.ssh/config. */
  readonly sshConfigFile: string | undefined
  /** Seconds that everything up to the login may take. Undefined: what the kind of connection says. */
  readonly connectTimeout?: number | undefined
  /** Asks the operator for the passphrases of keys, each once a run. */
  readonly passphrases: Passphrases
  /** Tells the operator something although nothing failed. */
  readonly notice: (text: string) => void
}

/** What all connections have in common: commands with streams, and TCP from there. */
export interface Link {
  readonly host: string
  /** The login user is known to be root. */
  readonly isRoot: boolean
  /**
   * A command of the operator's machine that starts a shell there and ends it: told when none starts.
   * @default nothing is told
   */
  readonly tryIt?: string | undefined
  /**
   * Whether the other side did not answer a keepalive in time: it may be lost.
   * @default it is not known to be silent
   */
  readonly silent?: boolean | undefined
  /** Starts `command`, which is text for a POSIX shell. */
  openChannel(command: string): Promise<Channel>
  forward(host: string, port: number): Promise<Duplex>
  close(): Promise<void>
}

/**
 * Defines a way to reach hosts. Whatever can run a command with three pipes will do.
 *
 * @throws UserError E_BAD_CONNECTION when something is missing
 */
export function defineConnection(definition: {
  readonly name: string
  /** @default false */
  readonly needsAddress?: boolean | undefined
  /** A reboot of the host would be one of the machine that run-playbook runs on. @default false */
  readonly onOwnMachine?: boolean | undefined
  readonly open: ConnectionType['open']
}): ConnectionType {
  const { name, needsAddress = false, onOwnMachine, open } = definition
  if (typeof name !== 'string' || name === '' || typeof open !== 'function')
    throw new UserError('E_BAD_CONNECTION', 'a connection needs a name and a function open')
  return Object.freeze({ kind: 'connection', name, needsAddress, onOwnMachine, open })
}
