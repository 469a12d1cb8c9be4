import type { Duplex } from 'node:stream'
import type { Reply } from '../core/probe.ts'
import type { ShellStep } from '../core/module.ts'

/** How to get a connection to a host. */
export interface Transport {
  /**
   * @param signal interrupts the attempt, and later cuts the connection: what is pending rejects, a running step ends on
   * the host, the next ones never run
   * @throws UnreachableError with what was tried and what to do next
   */
  connect(host: HostAddress, signal: AbortSignal): Promise<Connection>
}

export interface HostAddress {
  /** The inventory's name, looked up in the ssh config. */
  readonly name: string
  /** Where to connect when the ssh config has no entry for the name. */
  readonly address: string
}

/** One authenticated connection to one host, with a persistent POSIX shell for each user. */
export interface Connection {
  /** The host's own address that we reached it under, from its SSH_CONNECTION. Known after the first exchange. */
  readonly serverAddress: string | undefined
  /** Request/response exchanges since authentication. */
  readonly roundTrips: number
  /**
   * Runs the scripts in order, in one round trip. One at a time for a user. Of a step's output the last 256 KiB are kept.
   *
   * @throws UnreachableError when the connection is lost
   * @throws UserError E_BECOME_FAILED, E_LOCKED, and E_FILE before anything is sent
   */
  exchange(scripts: readonly Script[], options: ExchangeOptions): Promise<readonly Reply[]>
  /** A TCP connection made from the host: to a database that listens on the overlay only. */
  forward(host: string, port: number): Promise<Duplex>
  /** Counts an exchange that went over a forwarded stream. */
  countRoundTrip(): void
  /** Ends the shells, which releases the lock. In the middle of an exchange it is cut off like a lost connection. */
  close(): Promise<void>
}

/** A step changes the host and is skipped after a failed one; a probe is always run. */
export interface Script extends ShellStep {
  readonly kind: 'probe' | 'step'
}

export interface ExchangeOptions {
  readonly user: 'login' | 'root'
  /** Called as each script ends. */
  readonly onReply?: ((index: number, reply: Reply) => void) | undefined
  /** Take the host's run-playbook lock before the first script of this shell. */
  readonly lock?: boolean | undefined
}

/** The code of a step that was not run because one before it failed. */
export const SKIPPED = -1
/** The code of a script that ran out of time. `timeout`'s own. */
export const TIMED_OUT = 124
