import type { PostgresTarget } from '../postgres/target.ts'
import type { Resource } from './resource.ts'

/** What one script left: bytes, because a host's output is not always text. */
export interface Reply {
  readonly code: number
  readonly stdout: Buffer
  readonly stderr: Buffer
}

/**
 * Answers many questions of one kind with one read-only script, so that two hundred files cost one `stat`.
 * Keys are strings; a reader with a richer key encodes it as JSON.
 */
export interface Reader<Answer> {
  /** Unique, such as `stat`. */
  readonly name: string
  /** `shell`: `ask` returns POSIX sh. `postgres`: `ask` returns one SQL expression of type json or jsonb. */
  readonly channel: 'shell' | 'postgres'
  /** One script for all keys. Must not change anything. Needs only POSIX sh and busybox tools. */
  readonly ask: (keys: readonly string[]) => string
  /**
   * One answer a key, in the order of the keys. For the `postgres` channel `reply.stdout` is the JSON text.
   * An `Error` among the answers fails that key alone; throwing fails all of them.
   */
  readonly parse: (reply: Reply, keys: readonly string[]) => readonly (Answer | Error)[]
  /** What must not have changed for an answer to still hold. */
  readonly sees: (key: string) => readonly Resource[]
}

/** One thing to ask a host. Two tasks that ask the same share the answer. */
export interface Question<Answer = unknown> {
  readonly reader: Reader<Answer>
  readonly key: string
  /** For the `postgres` channel: which server. */
  readonly on?: PostgresTarget | undefined
}

/** Read-only questions, and how their answers become the state that a module plans on. */
export interface Probe<State> {
  readonly questions: readonly Question[]
  /** Pure. `answers` are in the order of `questions`. */
  readonly parse: (answers: readonly unknown[]) => State
}

/** A probe of one question. */
export function ask<Answer>(reader: Reader<Answer>, key: string, on?: PostgresTarget): Probe<Answer> {
  const question = { reader, key, on } as Question
  return { questions: [question], parse: ([answer]) => answer as Answer }
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
  on?: PostgresTarget,
): Prediction {
  return { question: { reader, key, on } as Question, answer }
}
