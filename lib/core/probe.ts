import type { Prediction, Question, Reader } from './reader.ts'
import { refuseNoTarget } from './target-key.ts'

export type { Prediction, Question, Reader, Reply } from './reader.ts'
export { type SingleReader, isSingle, readerOfOne } from './reader-of-one.ts'

/** Read-only questions, and how their answers become the state that a module plans on. */
export interface Probe<State> {
  readonly questions: readonly Question[]
  /** Pure. `answers` are in the order of `questions`. */
  readonly parse: (answers: readonly unknown[]) => State
}

/** Whom to ask: a reader of a channel needs it, one of the shell has none. */
export type TargetArgument<Target> = [Target] extends [undefined] ? [on?: undefined] : [on: Target]

/**
 * A probe of one question.
 *
 * @param on whom to ask, for a reader of a channel
 * @throws UserError E_BAD_TARGET when a reader of a channel is not told whom to ask
 */
export function ask<Answer, Target = undefined>(
  reader: Reader<Answer, Target>,
  key: string,
  ...on: TargetArgument<NoInfer<Target>>
): Probe<Answer> {
  return { questions: [question(reader, key, ...on)], parse: ([answer]) => answer as Answer }
}

/**
 * One question.
 *
 * @param on whom to ask, for a reader of a channel
 * @throws UserError E_BAD_TARGET when a reader of a channel is not told whom to ask
 */
export function question<Answer, Target = undefined>(
  reader: Reader<Answer, Target>,
  key: string,
  ...[on]: TargetArgument<NoInfer<Target>>
): Question<Answer> {
  const one = { reader, key, on }
  refuseNoTarget(one)
  return one
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

/**
 * A typed prediction: `predict(stat, '/srv', { type: 'directory', … })`.
 *
 * @param on who was asked, for a reader of a channel
 */
export function predict<Answer, Target = undefined>(
  reader: Reader<Answer, Target>,
  key: string,
  answer: Answer,
  ...on: TargetArgument<NoInfer<Target>>
): Prediction {
  return { question: question(reader, key, ...on), answer }
}
