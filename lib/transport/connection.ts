import { hostname, userInfo } from 'node:os'
import type { Duplex } from 'node:stream'
import { UnreachableError, UserError } from '../core/errors.ts'
import type { Reply } from '../core/probe.ts'
import { type Secret, scrub } from '../core/secret.ts'
import { openRootShell } from './become.ts'
import type { Link } from './connection-type.ts'
import { BOOTSTRAP } from './host-program.ts'
import { Session, type SessionOptions } from './session.ts'
import type { Connection, ExchangeOptions, Script } from './transport.ts'

export type { Link } from './connection-type.ts'

export interface ConnectionOptions {
  /** For sudo. Sent on stdin, at most once for a connection. */
  readonly becomePassword?: Secret | undefined
  /** Frames for `-vvv`, free of payloads and secrets. */
  readonly trace?: ((host: string, text: string) => void) | undefined
  /** What the operator should know although nothing failed. */
  readonly warn?: ((host: string, text: string) => void) | undefined
  /** Seconds to wait for another run-playbook on the host. @default 60 */
  readonly lockWait?: number | undefined
}

type User = ExchangeOptions['user']

/** Persistent shells over a link. */
export class ShellConnection implements Connection {
  readonly #link: Link
  readonly #options: ConnectionOptions
  readonly #shells = new Map<User, Promise<Session>>()
  readonly #open: Session[] = []
  #serverAddress: string | undefined
  #roundTrips = 0
  #closed = false

  constructor(link: Link, options: ConnectionOptions) {
    this.#link = link
    this.#options = options
  }

  get serverAddress(): string | undefined {
    return this.#serverAddress
  }

  get roundTrips(): number {
    return this.#roundTrips
  }

  countRoundTrip(): void {
    this.#roundTrips += 1
  }

  async exchange(scripts: readonly Script[], options: ExchangeOptions): Promise<readonly Reply[]> {
    if (scripts.length === 0 && options.lock !== true) return []
    const session = await this.#shell(options.user === 'root' && this.#link.isRoot ? 'login' : options.user)
    const lock = options.lock === true ? { seconds: this.#options.lockWait ?? 60, owner: owner() } : undefined
    this.#roundTrips += 1
    const replies = await session.run({ scripts, lock, onReply: options.onReply })
    this.#serverAddress ??= session.greeting?.serverAddress
    return replies
  }

  async forward(host: string, port: number): Promise<Duplex> {
    this.#roundTrips += 1
    return this.#link.forward(host, port)
  }

  stop(): Promise<void> {
    throw new UserError('E_CHANNEL_FAILED', 'stopping is not there yet')
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    // A shell that is only being opened, such as by a sudo that does not answer, ends with the link.
    await Promise.all(this.#open.map((session) => session.close()))
    await this.#link.close()
  }

  #shell(user: User): Promise<Session> {
    if (this.#closed)
      throw new UnreachableError('E_CONNECTION_LOST', `the connection to ${this.#link.host} was closed`)
    const known = this.#shells.get(user)
    if (known !== undefined) return known
    const shell = this.#start(user)
    this.#shells.set(user, shell)
    shell.then(
      (session) => this.#open.push(session),
      (error: unknown) => {
        // A shell that could not be opened is not remembered, except that a refused password is never sent twice.
        if (!(error instanceof UserError && error.code === 'E_BECOME_FAILED')) this.#shells.delete(user)
      },
    )
    return shell
  }

  async #start(user: User): Promise<Session> {
    const { host } = this.#link
    const { trace, warn, becomePassword } = this.#options
    const options: SessionOptions = {
      host,
      trace: (text) => trace?.(host, scrub(text)),
      warn: (text) => warn?.(host, scrub(text)),
    }
    const login = await this.#shells.get('login')?.catch(() => undefined)
    if (user === 'root' && login?.greeting?.uid === 0) return login
    const channel = await this.#link.openChannel(BOOTSTRAP)
    if (user === 'login') return new Session(channel, options)
    if (becomePassword !== undefined) this.#roundTrips += 1
    return openRootShell(channel, becomePassword, options)
  }
}

/** Whom another run is told that the host is held by. */
function owner(): string {
  return `${userInfo().username}@${hostname()} pid ${process.pid} since ${new Date().toISOString()}`
}
