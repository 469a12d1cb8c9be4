import { askFailed, messageOf } from '../../core/error-message.ts'
import { UnreachableError, UserError } from '../../core/errors.ts'
import { groupBy } from '../../core/group-by.ts'
import { onAbort } from '../../core/on-abort.ts'
import type { ChannelHost, ChannelQuestion, ChannelStep, QuestionChannel } from '../../core/reader.ts'
import type { Question, Reply } from '../../core/probe.ts'
import { targetKeyOf } from '../../core/target-key.ts'
import { untilAborted } from '../../core/until-aborted.ts'
import { HostChannel } from './host-channel.ts'
import { ASK_TIMEOUT_MS, STEP_TIMEOUT_MS, within } from './limits.ts'
import { Stopped } from './stopped.ts'

/** What ends the work of channels. */
export interface ChannelEnds {
  /** No further change is begun: what only looks is given up. */
  readonly stop: AbortSignal
  /** Everything is given up. */
  readonly stopNow?: AbortSignal | undefined
  /** Milliseconds that a question may take. @default 60_000 */
  readonly askTimeoutMs?: number | undefined
}

/** Why something is asked: a `proof` belongs to a change that was made, and is not given up when the run is stopped. */
export type Why = 'look' | 'proof'

/** One channel of the host. */
interface Line {
  /** Undefined until it is needed, and after it was given up. */
  open?: HostChannel | undefined
  /** What is asked or run last. */
  turn: Promise<unknown>
}

class Overdue extends Error {}

/** Milliseconds that `setTimeout` can count. */
const LONGEST = 2 ** 31 - 1

/**
 * The channels of one host besides its shell. Each is opened when it is first needed, and does one thing at a time. One that
 * does not end in time, or in spite of a stop, is given up and closed.
 */
export class Channels {
  readonly #lines = new Map<QuestionChannel<never>, Line>()
  readonly #host: ChannelHost
  readonly #ends: ChannelEnds

  constructor(host: ChannelHost, ends: ChannelEnds) {
    this.#host = host
    this.#ends = ends
  }

  /**
   * Asks all channels at once; every question has an answer or an `Error`.
   * @throws UnreachableError Stopped when the run is stopped
   */
  async ask(questions: readonly Question[], why: Why): Promise<ReadonlyMap<Question, unknown>> {
    const groups = groupBy(questions.filter(isOfChannel), ({ reader }) => reader.channel)
    const answers = await Promise.all(
      [...groups].map(async ([channel, own]) =>
        channel === undefined ? [] : this.#askOne(channel, own, why),
      ),
    )
    const all = new Map<Question, unknown>(answers.flat())
    for (const question of questions)
      if (!all.has(question)) all.set(question, new Error(`${question.reader.name} gave no answer`))
    return all
  }

  /**
   * What a channel throws fails the step.
   * @param passed what the shell step before it printed for it
   * @returns an error when it did not end in time
   * @throws UnreachableError
   */
  async run(step: ChannelStep, passed?: Buffer): Promise<Reply | UserError> {
    const timeoutMs = step.timeoutMs ?? STEP_TIMEOUT_MS
    try {
      return await this.#inTurn(step.channel, 'proof', timeoutMs, (channel, signal) =>
        channel.run(step as ChannelStep<never>, signal, passed),
      )
    } catch (error) {
      if (error instanceof UnreachableError) throw error
      if (error instanceof Overdue) return this.#stepOverdue(step, timeoutMs)
      const hint = error instanceof UserError && error.hint !== undefined ? `\n${error.hint}` : ''
      return { code: 1, stdout: Buffer.alloc(0), stderr: Buffer.from(messageOf(error) + hint) }
    }
  }

  /** Those that do not close are not waited for. */
  async close(): Promise<void> {
    const open = [...this.#lines.values()].flatMap((line) => line.open ?? [])
    this.#lines.clear()
    await Promise.all(open.map((channel) => channel.close(this.#ends.stopNow)))
  }

  async #askOne(
    channel: QuestionChannel<never>,
    questions: readonly ChannelQuestion<never>[],
    why: Why,
  ): Promise<[Question, unknown][]> {
    const timeoutMs = this.#ends.askTimeoutMs ?? ASK_TIMEOUT_MS
    try {
      const answers = await this.#inTurn(channel, why, timeoutMs, (open, signal) =>
        open.ask(questions, signal),
      )
      return [...answers].map(([question, answer]) => [
        question,
        answer instanceof Error ? askFailed(channel.name, answer) : answer,
      ])
    } catch (error) {
      if (error instanceof UnreachableError) throw error
      return questions.map((one) => [
        one,
        error instanceof Overdue ? this.#askOverdue(one, timeoutMs) : askFailed(channel.name, error),
      ])
    }
  }

  #inTurn<T>(
    channel: QuestionChannel<never>,
    why: Why,
    timeoutMs: number,
    work: (channel: HostChannel, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const line = this.#lines.get(channel) ?? { turn: Promise.resolve() }
    this.#lines.set(channel, line)
    const done = line.turn.then(() =>
      this.#within(line, why, timeoutMs, (signal) =>
        work((line.open ??= new HostChannel(channel, this.#host)), signal),
      ),
    )
    line.turn = done.catch(() => {})
    return done
  }

  async #within<T>(
    line: Line,
    why: Why,
    timeoutMs: number,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const { stop, stopNow } = this.#ends
    const end = new AbortController()
    const forget = [
      ...(why === 'look' ? [onAbort(stop, () => end.abort(new Stopped(this.#host.name)))] : []),
      ...(stopNow === undefined ? [] : [onAbort(stopNow, () => end.abort(this.#cut()))]),
    ]
    const timer = setTimeout(() => end.abort(new Overdue()), Math.min(timeoutMs, LONGEST))
    const begins = !end.signal.aborted
    try {
      end.signal.throwIfAborted()
      return await untilAborted(work(end.signal), end.signal)
    } catch (error) {
      if (!end.signal.aborted || !begins) throw error
      const reason = end.signal.reason as Error
      line.open?.giveUp(reason)
      line.open = undefined
      throw reason
    } finally {
      clearTimeout(timer)
      for (const one of forget) one()
    }
  }

  #cut(): UnreachableError {
    return new UnreachableError('E_CONNECTION_LOST', `the channels to ${this.#host.name} were cut off`)
  }

  #askOverdue(question: ChannelQuestion<never>, timeoutMs: number): UserError {
    const { name, channel } = question.reader
    const from = `${name} of the channel ${channel?.name} on ${this.#host.name}`
    return new UserError(
      'E_PROBE_TIMEOUT',
      `the server ${targetKeyOf(question)} did not answer ${from} ${within(timeoutMs)}`,
      { hint: `Look into the log of the server on ${this.#host.name}: it hangs, or it waits for more.` },
    )
  }

  #stepOverdue({ channel, target }: ChannelStep, timeoutMs: number): UserError {
    const step = `a step of the channel ${channel.name} on ${this.#host.name}`
    return new UserError(
      'E_STEP_TIMEOUT',
      `the server ${channel.targetKey(target as never)} did not end ${step} ${within(timeoutMs)}`,
      { hint: 'timeoutMs of the task allows more.' },
    )
  }
}

const isOfChannel = (question: Question): question is ChannelQuestion<never> =>
  question.reader.channel !== undefined
