import type { Duplex } from 'node:stream'
import type { Question, Reply } from './probe.ts'

/**
 * A language to ask a host in and to change it with. `shell` is built in; a plug-in brings others, such as
 * PostgreSQL's protocol. Readers and steps name the channel that they speak.
 *
 * @example
 * export const redis = defineChannel<RedisTarget>({
 *   name: 'redis',
 *   targetKey: ({ host, port }) => `${host}:${port}`,
 *   open: (host) => openRedis(host),
 * })
 */
export interface Channel<Target = unknown> {
  readonly name: string
  /** The same text for the same target: two tasks that ask the same share the answer. Never holds a secret. */
  readonly targetKey: (target: Target) => string
  /** Called once a host and run, when something is first asked or sent. */
  readonly open: (host: ChannelHost) => OpenChannel
}

/** What a channel can use of the connection to its host. */
export interface ChannelHost {
  /** The host's name in the inventory, for error messages. */
  readonly name: string
  /** A TCP connection made from the host. */
  forward(host: string, port: number): Promise<Duplex>
  /** Counts an exchange over a forwarded stream in the recap. */
  countRoundTrip(): void
}

/** A channel of one host, open for the run. */
export interface OpenChannel {
  /**
   * Answers read-only questions. A question that cannot be answered has an `Error` as its answer.
   * @throws UnreachableError when the host itself is lost
   */
  ask(questions: readonly Question[]): Promise<ReadonlyMap<Question, unknown>>
  /** Runs one step. Code 0 is success; what went wrong is on `stderr`. @throws UnreachableError when the host is lost */
  run(step: ChannelStep): Promise<Reply>
  close(): Promise<void>
}

/** A step in the language of a channel, made by the channel's own function. */
export interface ChannelStep {
  readonly channel: Channel
  readonly target: unknown
  /** What is sent, such as one SQL statement. Shown with `-vv`, so never a secret. */
  readonly text: string
}

/** Defines a channel. */
export function defineChannel<Target>(definition: Channel<Target>): Channel<Target> {
  return Object.freeze(definition)
}
