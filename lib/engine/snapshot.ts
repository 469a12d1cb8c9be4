import type { Prediction, Question } from '../core/probe.ts'
import { type Resource, overlaps } from '../core/resource.ts'

/** What is known of one question. */
export type Knowledge =
  /** The host said so, and nothing that it can see changed since. */
  | { readonly kind: 'asked'; readonly answer: unknown }
  /** What it will say once `by` is applied. */
  | { readonly kind: 'predicted'; readonly answer: unknown; readonly by: string }
  /** It may say something else once `by` is applied. `answer` is what it said before. */
  | { readonly kind: 'stale'; readonly answer: unknown; readonly by: string }
  | { readonly kind: 'missing' }

/** A change that is planned and not yet applied. */
interface PendingChange {
  readonly by: string
  readonly touches: readonly Resource[]
  readonly leaves: ReadonlyMap<string, unknown>
  readonly own: ReadonlySet<string>
}

const MISSING: Knowledge = { kind: 'missing' }

/**
 * What one user of one host answered, and what became of the answers since. An answer holds only while nothing that
 * its question can see has changed: that is the engine's soundness, and it is decided here and nowhere else.
 */
export class Snapshot {
  private readonly answers = new Map<string, unknown>()
  private readonly questions = new Map<string, Question>()
  private pending: PendingChange[] = []

  /** What is known now. The last planned change that concerns the question decides. */
  look(question: Question): Knowledge {
    const id = questionId(question)
    const asked = this.answers.has(id)
    const answer = this.answers.get(id)
    for (const change of this.pending.toReversed()) {
      if (change.leaves.has(id)) return { kind: 'predicted', answer: change.leaves.get(id), by: change.by }
      const seen = question.reader.sees(question.key)
      const concerned =
        change.own.has(id) || seen.some((see) => change.touches.some((touch) => overlaps(touch, see)))
      if (concerned) return { kind: 'stale', answer, by: change.by }
    }
    return asked ? { kind: 'asked', answer } : MISSING
  }

  /** An answer from the host, an `Error` where it could not answer. */
  record(question: Question, answer: unknown): void {
    const id = questionId(question)
    this.answers.set(id, answer)
    this.questions.set(id, question)
  }

  /** A change is planned: answers it may alter are no longer good, except for those that it predicts. */
  plan(
    by: string,
    touches: readonly Resource[],
    own: readonly Question[],
    leaves: readonly Prediction[],
  ): void {
    this.pending.push({
      by,
      touches,
      own: new Set(own.map(questionId)),
      leaves: new Map(leaves.map(({ question, answer }) => [questionId(question), answer])),
    })
  }

  /** The planned changes were applied, or tried: whatever they may have altered must be asked again. */
  settle(): void {
    for (const [id, question] of this.questions) {
      const { kind } = this.look(question)
      if (kind === 'stale' || kind === 'predicted') this.answers.delete(id)
    }
    this.pending = []
  }

  /** Something outside of this host's own tasks may have changed it. */
  forget(touches: readonly Resource[]): void {
    this.plan('another host', touches, [], [])
    this.settle()
  }
}

/** The same for the same reader, key and server: two tasks that ask the same share the answer. */
export function questionId({ reader, key, on }: Question): string {
  const server =
    on === undefined
      ? ''
      : `${on.user ?? 'postgres'}@${on.host}:${on.port ?? 5432}/${on.database ?? 'postgres'}`
  return [reader.name, server, key].join('\0')
}
