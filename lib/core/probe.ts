import type { Channel } from './channel.ts'
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
 * once, outside of functions.
 */
export interface Reader<Answer> {
  /** For messages, such as `stat`. */
  readonly name: string
  /** The language of `ask`. @default POSIX sh */
  readonly channel?: Channel<never> | undefined
  /** One script for all keys. Must not change anything. Needs only POSIX sh and busybox tools. */
  readonly ask: (keys: readonly string[]) => string
  /**
   * One answer a key, in the order of the keys. An `Error` among the answers fails that key alone; throwing fails all
   * of them. Another number of answers than keys is an error of the reader.
   */
  readonly parse: (reply: Reply, keys: readonly string[]) => readonly (Answer | Error)[]
  /** What must not have changed for an answer to still hold. */
  readonly sees: (key: string) => readonly Resource[]
}

/**
 * A reader that answers one key with one script. Several keys are several scripts of the same trip.
 *
 * @example
 * const kernel = readerOfOne({
 *   name: 'kernel',
 *   ask: () => 'uname -r',
 *   parse: ({ stdout }) => stdout.toString().trim(),
 *   sees: () => [],
 * })
 */
export interface SingleReader<Answer> extends Omit<Reader<Answer>, 'ask' | 'parse'> {
  readonly ask: (key: string) => string
  /** Throwing fails this key alone. */
  readonly parse: (reply: Reply, key: string) => Answer
}

/** Readers that take one key a script. */
const single = new WeakSet<Reader<unknown>>()

export function readerOfOne<Answer>(one: SingleReader<Answer>): Reader<Answer> {
  const reader: Reader<Answer> = {
    ...one,
    ask: (keys) => one.ask(onlyKey(one.name, keys)),
    parse: (reply, keys) => [one.parse(reply, onlyKey(one.name, keys))],
  }
  single.add(reader as Reader<unknown>)
  return reader
}

function onlyKey(name: string, keys: readonly string[]): string {
  const [key, ...more] = keys
  if (key === undefined || more.length > 0) throw new TypeError(`${name} answers one key at a time`)
  return key
}

/** Whether the reader takes one key a script. */
export const isSingle = (reader: Reader<unknown>): boolean => single.has(reader)

/** One thing to ask a host. Two tasks that ask the same share the answer. */
export interface Question<Answer = unknown> {
  readonly reader: Reader<Answer>
  readonly key: string
  /** For a reader of a channel: whom to ask, such as one of several servers. */
  readonly on?: unknown
}

/** Read-only questions, and how their answers become the state that a module plans on. */
export interface Probe<State> {
  readonly questions: readonly Question[]
  /** Pure. `answers` are in the order of `questions`. */
  readonly parse: (answers: readonly unknown[]) => State
}

/** A probe of one question. */
export function ask<Answer>(reader: Reader<Answer>, key: string, on?: unknown): Probe<Answer> {
  return { questions: [question(reader, key, on)], parse: ([answer]) => answer as Answer }
}

/** One question. */
export function question<Answer>(reader: Reader<Answer>, key: string, on?: unknown): Question {
  return { reader, key, on } as Question
}

/** A probe that asks nothing. */
export function known<State>(state: State): Probe<State> {
  return { questions: [], parse: () => state }
}

/** Several probes as one; their states under their names. */
export function askAll<States extends object>(probes: {
  readonly [Name in keyof States]: Probe<States[Name]>
}): Probe<States> {
  const entries = Object.entries(probes) as [string, Probe<unknown>][]
  return {
    questions: entries.flatMap(([, probe]) => probe.questions),
    parse: (answers) => {
      let next = 0
      const states = entries.map(([name, probe]) => {
        const own = answers.slice(next, (next += probe.questions.length))
        return [name, probe.parse(own)]
      })
      return Object.fromEntries(states) as States
    },
  }
}

/** The same questions, their state seen through `view`. */
export function mapProbe<A, B>(probe: Probe<A>, view: (state: A) => B): Probe<B> {
  return { questions: probe.questions, parse: (answers) => view(probe.parse(answers)) }
}

/** What a question would answer once the planned change is made. */
export interface Prediction {
  readonly question: Question
  readonly answer: unknown
}

/** A typed prediction: `predict(stat, '/srv', { type: 'directory', … })`. */
export function predict<Answer>(
  reader: Reader<Answer>,
  key: string,
  answer: Answer,
  on?: unknown,
): Prediction {
  return { question: question(reader, key, on), answer }
}
