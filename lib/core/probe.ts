import type { Prediction, Question, Reader } from './reader.ts'

export type { Prediction, Question, Reader, Reply } from './reader.ts'
export { type SingleReader, isSingle, readerOfOne } from './reader-of-one.ts'

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
export function question<Answer>(reader: Reader<Answer>, key: string, on?: unknown): Question<Answer> {
  return { reader, key, on }
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

/** A typed prediction: `predict(stat, '/srv', { type: 'directory', … })`. */
export function predict<Answer>(
  reader: Reader<Answer>,
  key: string,
  answer: Answer,
  on?: unknown,
): Prediction {
  return { question: question(reader, key, on), answer }
}
