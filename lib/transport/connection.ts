import type { Duplex } from 'node:stream'
import { UnreachableError, UserError } from '../core/errors.ts'
import type { Reply } from '../core/probe.ts'
import { type ConnectionOptions, type Settings, settingsFor } from './connection-options.ts'
import type { Link } from './connection-type.ts'
import { forwardByCommand } from './connections/forward-by-command.ts'
import { skippedReply } from './shell/replies.ts'
import { Shells } from './shell/shells.ts'
import { makeStopFile } from './shell/stop.ts'
import type { Connection, ExchangeOptions, Script } from './transport.ts'

/** Persistent shells over a link. */
export class ShellConnection implements Connection {
  readonly #link: Link
  readonly #settings: Settings
  readonly #shells: Shells
  readonly #onClose: () => void
  #serverAddress: string | undefined
  #roundTrips = 0
  #closed = false
  #relays = false
  #stopping: Promise<void> | undefined
  #removeStopFile: (() => Promise<void>) | undefined

  /** @param onClose is called when it is closed */
  constructor(link: Link, options: ConnectionOptions, onClose: () => void = () => {}) {
    this.#link = link
    this.#settings = settingsFor(link.host, options)
    this.#onClose = onClose
    this.#shells = new Shells(link, this.#settings, {
      countRoundTrip: () => this.countRoundTrip(),
      stopped: () => this.#stopping !== undefined,
    })
  }

  get serverAddress(): string | undefined {
    return this.#serverAddress
  }

  get silent(): boolean {
    return this.#link.silent ?? false
  }

  get roundTrips(): number {
    return this.#roundTrips
  }

  /** It ended in the middle of an exchange, so a script may still run on the host. */
  get cutOff(): boolean {
    return this.#shells.all.some(({ cutOff }) => cutOff)
  }

  countRoundTrip(): void {
    this.#roundTrips += 1
  }

  async exchange(scripts: readonly Script[], options: ExchangeOptions): Promise<readonly Reply[]> {
    const { user, onReply } = options
    if (scripts.length === 0) {
      // For the lock alone: whether it was had shows in a reply.
      if (options.lock === true) await this.exchange([{ kind: 'probe', script: ':' }], { user, lock: true })
      return []
    }
    this.#checkOpen()
    if (this.#stopping !== undefined && scripts.every(({ kind }) => kind === 'step'))
      return scripts.map((_, index) => {
        const reply = skippedReply()
        onReply?.(index, reply)
        return reply
      })
    const wish = options.lock === true ? await this.#shells.withLock(user) : undefined
    const shell = wish?.shell ?? (await this.#shells.get(user))
    this.#roundTrips += 1
    const replies = await shell.run({ scripts, lock: wish?.lock, onReply })
    wish?.done()
    this.#serverAddress ??= shell.greeting?.serverAddress
    return replies
  }

  async forward(host: string, port: number): Promise<Duplex> {
    const stream = await this.#forward(host, port)
    // It may fail before anybody listens, which must not end this process: whoever reads or writes hears of it.
    return stream.on('error', () => {})
  }

  async #forward(host: string, port: number): Promise<Duplex> {
    this.#checkOpen()
    this.#roundTrips += 1
    if (!this.#relays)
      try {
        return await this.#link.forward(host, port)
      } catch (error) {
        if (!(error instanceof UserError) || error.code !== 'E_FORWARD_REFUSED') throw error
        // The server forbids it (AllowTcpForwarding, PermitOpen, DisableForwarding, restrict), and commands it allows.
        this.#relays = true
        this.#roundTrips += 1
      }
    return forwardByCommand(this.#link, host, port)
  }

  stop(): Promise<void> {
    return (this.#stopping ??= this.#tellHost())
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    // A shell that is only being opened, such as by a sudo that does not answer, ends with the link.
    await Promise.all(this.#shells.all.map((shell) => shell.close()))
    // Otherwise it has to outlive a script that still runs; the host removes it later.
    if (!this.cutOff) await this.#removeStopFile?.()
    await this.#link.close()
    this.#onClose()
  }

  async #tellHost(): Promise<void> {
    // What is not sent yet is not sent at all.
    if (this.#closed || this.#shells.open.length === 0) return
    this.#roundTrips += 1
    const channel = await this.#shells.openChannel()
    const { host, patience } = this.#settings
    this.#removeStopFile = await makeStopFile(channel, this.#shells.stopFile, host, patience)
  }

  #checkOpen(): void {
    if (!this.#closed) return
    throw new UnreachableError('E_CONNECTION_LOST', `the connection to ${this.#link.host} was closed`)
  }
}
