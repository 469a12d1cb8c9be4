import type { Duplex } from 'node:stream'
import type { Reply } from '../core/probe.ts'
import type { ShellStep } from '../core/module.ts'
import type { ConnectionType, HostAddress } from './connection-type.ts'

export type { HostAddress } from './connection-type.ts'

/** How to get a connection to a host. One transport serves one run: its connections share the lock of a machine. */
export interface Transport {
  /**
   * Also called again for a host whose connection was lost, such as one that reboots.
   *
   * @param signal interrupts the attempt, and later cuts the connection: what is pending rejects, a running step ends on
   * the host, the next ones never run
   * @throws UnreachableError with what was tried and what to do next
   */
  connect(host: HostToReach, signal: AbortSignal): Promise<Connection>
}

/** A host as the inventory knows it: where it is, and how it is reached. */
export interface HostToReach extends HostAddress {
  /** @default ssh() */
  readonly connection?: ConnectionType | undefined
}

/** `login` is the account that the connection logs in with. Any other word is the name of an account on the host. */
export type User = string

/** One authenticated connection to one host, with a persistent POSIX shell for each user. */
export interface Connection {
  /** The host's own address that we reached it under, from its SSH_CONNECTION. Known after the first exchange. */
  readonly serverAddress: string | undefined
  /** Whether the host did not answer a keepalive in time: it may be lost. Where connections have none, it never is. */
  readonly silent?: boolean | undefined
  /** Request/response exchanges since authentication. */
  readonly roundTrips: number
  /**
   * Runs the scripts in order, in one round trip. One exchange at a time for a user.
   *
   * @throws UnreachableError E_CONNECTION_LOST when the connection is lost, or the host does not answer in time or sends
   * what is no answer; E_NO_SHELL when the host starts no shell. `connect` may be tried again.
   * @throws UserError E_BECOME_FAILED, E_LOCKED, E_LOCK_FAILED, and E_FILE before anything is sent
   */
  exchange(scripts: readonly Script[], options: ExchangeOptions): Promise<readonly Reply[]>
  /** A TCP connection made from the host: to a database that listens on the overlay only. */
  forward(host: string, port: number): Promise<Duplex>
  /** Counts an exchange that went over a forwarded stream. */
  countRoundTrip(): void
  /**
   * From now on no step begins on the host, not even one of an exchange that is under way: it is answered with
   * {@link SKIPPED}. A step that runs already is finished, and probes still run. Resolves when the host knows. Cannot
   * be undone. @throws UserError E_CHANNEL_FAILED when the host cannot be told; later exchanges run no step nevertheless
   */
  stop(): Promise<void>
  /** Ends the shells, which releases the lock. In the middle of an exchange it is cut off like a lost connection. */
  close(): Promise<void>
}

/** A step changes the host and is skipped after a failed one; a probe is always run. */
export interface Script extends ShellStep {
  readonly kind: 'probe' | 'step'
  /** A further step of the change that the step before it began: a stop does not come between them. @default false */
  readonly continues?: boolean | undefined
  /** It is run from a file that only its user can read, so that it does not show in `ps`. @default false */
  readonly unseen?: boolean | undefined
  /**
   * What of a step's output is kept: `tail` the last 256 KiB of stdout and of stderr, for a log; `whole` and `passed` all of it, and
   * more than 16 MiB makes a script that ended with 0 end with 1. A probe's output is always whole. @default 'tail'
   */
  readonly output?: ShellStep['output']
}

export interface ExchangeOptions {
  /**
   * `login`, `root`, or the name of another account. Root is reached with sudo, where the login user is not root; another
   * account through root, without a password, or with `sudo -u` where the login user may do that.
   */
  readonly user: User
  /** Called as each script ends. */
  readonly onReply?: ((index: number, reply: Reply) => void) | undefined
  /** Take the host's run-playbook lock before the first script. */
  readonly lock?: boolean | undefined
}

/** The code of a step that was not run because one before it failed, or after {@link Connection.stop}. */
export const SKIPPED = -1
/** The code of a script that ran out of time. `timeout`'s own. */
export const TIMED_OUT = 124
