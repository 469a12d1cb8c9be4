import type { Duplex } from 'node:stream'
import { UserError } from '../../core/errors.ts'
import type { Question, Reply } from '../../core/probe.ts'
import type {
  ChannelHost,
  ChannelQuestion,
  ChannelStep,
  OpenChannel,
  QuestionChannel,
} from '../../core/reader.ts'
import { untilAborted } from '../../core/until-aborted.ts'

/** Milliseconds that a channel may take to close by itself. */
const CLOSE_TIMEOUT_MS = 2000

/** A channel that is open to one host, with the connections that it made: they are closed for it where it does not. */
export class HostChannel {
  readonly #name: string
  readonly #host: ChannelHost
  readonly #open: OpenChannel<never>
  readonly #streams = new Set<Duplex>()
  readonly #over = new AbortController()

  constructor(channel: QuestionChannel<never>, host: ChannelHost) {
    this.#name = channel.name
    this.#host = host
    this.#open = channel.open({
      name: host.name,
      forward: (address, port) => this.#forward(address, port),
      countRoundTrip: () => host.countRoundTrip(),
    })
  }

  async ask(
    questions: readonly ChannelQuestion<never>[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<Question, unknown>> {
    return this.#open.ask(questions, signal)
  }

  async run(step: ChannelStep<never>, signal: AbortSignal, passed?: Buffer): Promise<Reply> {
    return this.#open.run(step, signal, passed)
  }

  /** @param cut does not wait for it */
  async close(cut: AbortSignal | undefined): Promise<void> {
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(), CLOSE_TIMEOUT_MS)
    const signal = cut === undefined ? late.signal : AbortSignal.any([cut, late.signal])
    await untilAborted(this.#closeItself(), signal).catch(() => {})
    clearTimeout(timer)
    this.#end(new Error(`the channel ${this.#name} was closed`))
  }

  /** Ends what it waits for, and does not wait for it. */
  giveUp(why: Error): void {
    this.#end(why)
    this.#closeItself().catch(() => {})
  }

  async #closeItself(): Promise<void> {
    await this.#open.close()
  }

  #end(why: Error): void {
    if (this.#over.signal.aborted) return
    this.#over.abort(why)
    for (const stream of this.#streams) stream.destroy(why)
  }

  async #forward(address: string, port: number): Promise<Duplex> {
    this.#refuseNoAddress(address, port)
    const { signal } = this.#over
    signal.throwIfAborted()
    const opening = this.#host.forward(address, port)
    opening.then(
      (stream) => this.#keep(stream),
      () => {},
    )
    return untilAborted(opening, signal)
  }

  #keep(stream: Duplex): void {
    this.#streams.add(stream)
    stream.once('close', () => this.#streams.delete(stream))
    // A channel that does not listen hears of it when it reads or writes; the process must not end.
    stream.on('error', () => {})
    if (this.#over.signal.aborted) stream.destroy()
  }

  #refuseNoAddress(address: unknown, port: unknown): void {
    const isPort = typeof port === 'number' && Number.isInteger(port) && port > 0 && port < 65_536
    if (typeof address === 'string' && address !== '' && isPort) return
    const where = `${String(address)}:${String(port)}`
    throw new UserError(
      'E_BAD_TARGET',
      `the channel ${this.#name} on ${this.#host.name} cannot connect to ${where}: that is no address and port`,
      {
        hint: 'Is the target of the question or step what the channel takes? It is the last argument of ask.',
      },
    )
  }
}
