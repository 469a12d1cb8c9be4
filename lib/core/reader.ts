import type { Duplex } from 'node:stream'
import type { Resource } from './resource.ts'

/** What one script left: bytes, because a host's output is not always text. */
export interface Reply {
  readonly code: number
  readonly stdout: Buffer
  readonly stderr: Buffer
}

/**
 * Answers many questions of one kind with one read-only script, so that two hundred files cost one `stat`.
 * Keys are strings; a reader with a richer key encodes it as JSON. Readers are told apart by identity: define each
 * once, outside of functions. `Target` says whom a reader of a channel asks; the shell has none.
 */
export interface Reader<Answer, Target = undefined> {
  /** For messages, such as `stat`. */
  readonly name: string
  /** The language of `ask`. @default POSIX sh */
  readonly channel?: QuestionChannel<Target> | undefined
  /** One script for all keys. Must not change anything. Needs only POSIX sh and busybox tools. */
  readonly ask: (keys: readonly string[]) => string
  /**
   * One answer a key, in the order of the keys. An `Error` among the answers fails that key alone; throwing fails all
   * of them. Another number of answers than keys is an error of the reader.
   */
  readonly parse: (reply: Reply, keys: readonly string[]) => readonly (Answer | Error)[]
  /**
   * What must not have changed for an answer to still hold. `answer` is the last one that is known, for a reader whose answer
   * says what it depends on, such as the file in a home folder. Without it: whatever it may be.
   */
  readonly sees: (key: string, answer?: unknown) => readonly Resource[]
}

/** One thing to ask a host. Two tasks that ask the same share the answer. */
export interface Question<Answer = unknown> {
  readonly reader: Reader<Answer, never>
  readonly key: string
  /** For a reader of a channel: whom to ask, such as one of several servers. */
  readonly on?: unknown
}

/** What a question would answer once the planned change is made. */
export interface Prediction {
  readonly question: Question
  readonly answer: unknown
}

/**
 * A language to ask a host in and to change it with. `shell` is built in; a plug-in brings others, such as
 * PostgreSQL's protocol. Readers and steps name the channel that they speak.
 *
 * @example
 * export const redis = defineChannel<{ readonly address: string; readonly port: number }>({
 *   name: 'redis',
 *   targetKey: ({ address, port }) => `${address}:${port}`,
 *   open: (host) => ({
 *     ask: async (questions) => new Map(questions.map((question) => [question, new Error('not answered')])),
 *     run: async () => ({ code: 0, stdout: Buffer.alloc(0), stderr: Buffer.from(host.name) }),
 *     close: async () => {},
 *   }),
 * })
 * // docs/channels.md has a whole one
 */
export interface QuestionChannel<Target = unknown> {
  readonly name: string
  /** The same text for the same target: two tasks that ask the same share the answer. Never holds a secret. */
  readonly targetKey: (target: Target) => string
  /** Called once a host and run, when something is first asked or sent. */
  readonly open: (host: ChannelHost) => OpenChannel<Target>
}

/** A question to a server of a channel: it says which one. */
export interface ChannelQuestion<Target = unknown> extends Question {
  readonly on: Target
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

/**
 * A channel of one host, open for the run. One `ask` or `run` is called at a time. One that does not end in time is given up
 * and fails; its channel is closed with all its connections, and opened anew when it is needed again.
 */
export interface OpenChannel<Target = unknown> {
  /**
   * Answers read-only questions, within a minute. A question that cannot be answered has an `Error` as its answer, best a
   * `UserError` with a code and a hint. What it throws is the answer to all of them.
   * @param signal aborted when the minute is over or the run is stopped: nobody waits for the answers any more
   * @throws UnreachableError when the host itself is lost: the host is given up
   */
  ask(
    questions: readonly ChannelQuestion<Target>[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<Question, unknown>>
  /**
   * Runs one step, within its `timeoutMs`. Code 0 is success; what went wrong is on `stderr`. What it throws fails the step.
   * @param signal aborted when the time is over, or the operator stopped the run for the second time
   * @param passed what the shell step before it printed, where the `output` of that one is `passed`
   * @throws UnreachableError when the host is lost
   */
  run(step: ChannelStep<Target>, signal: AbortSignal, passed?: Buffer): Promise<Reply>
  /** At the end of the run, or when the channel was given up. What it leaves open is closed after two seconds. */
  close(): Promise<void>
}

/** A step in the language of a channel, made by the channel's own function. */
export interface ChannelStep<Target = unknown> {
  readonly channel: QuestionChannel<never>
  readonly target: Target
  /** What is sent, such as one SQL statement. Shown with `-vv`, so never a secret. */
  readonly text: string
  /** Milliseconds that it may take. Those of the task count more. @default 600_000 */
  readonly timeoutMs?: number | undefined
  /** When it fails the last line of its stderr says why. @default false */
  readonly explains?: boolean | undefined
}

/** Defines a channel. */
export function defineChannel<Target>(definition: QuestionChannel<Target>): QuestionChannel<Target> {
  return Object.freeze(definition)
}
