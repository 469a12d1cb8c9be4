import type { Keeps } from '../../core/module.ts'
import type { Prediction, Question } from '../../core/probe.ts'
import { type Resource, overlaps } from '../../core/resource.ts'
import { questionId, questionIds } from './question-id.ts'

/** What is known of one question. */
export type Knowledge =
  /** The host said so, and nothing that it can see changed since. */
  | { readonly kind: 'asked'; readonly answer: unknown }
  /** What it will say once `by` is applied. */
  | { readonly kind: 'predicted'; readonly answer: unknown; readonly by: string }
  /**
   * It may say something else once `by` is applied. `today` is what would be answered without that, where it is known.
   * `asked`: the host has said what it says now.
   */
  | {
      readonly kind: 'stale'
      readonly today: { readonly answer: unknown } | undefined
      readonly by: string
      readonly asked: boolean
    }
  /** It was never asked, or a change that is made by now may have altered the answer. `before` is what it was then. */
  | { readonly kind: 'missing'; readonly before: { readonly answer: unknown } | undefined }

/** A change that is planned and not yet applied. */
export interface PlannedChange {
  /** The name of the task. */
  readonly by: string
  readonly touches: readonly Resource[]
  /** The questions of the task itself: their answers change with it, whatever it touches. */
  readonly own: readonly Question[]
  readonly leaves: readonly Prediction[]
  /** Who makes it: nobody else may be able to see what it leaves. */
  readonly user: string
  /** It was planned on what the host says today, which an earlier change may alter: what it leaves is not certain. */
  readonly presumed?: boolean
  /** Answers that it leaves as they are although it may touch what they see. For dry runs only. */
  readonly keeps?: Keeps | undefined
}

interface Pending extends Pick<PlannedChange, 'by' | 'touches' | 'user' | 'keeps'> {
  readonly presumed: boolean
  readonly own: ReadonlySet<string>
  readonly leaves: ReadonlyMap<string, unknown>
}

interface Asked {
  readonly question: Question
  readonly user: string
  readonly answer: unknown
}

/**
 * What one host answered, seen with the eyes of each user, and what became of the answers since. An answer holds only
 * while nothing that its question can see has changed: that is the engine's soundness, and it is decided here and
 * nowhere else.
 */
export class Snapshot {
  private readonly answers = new Map<string, Asked>()
  /** Answers that do not hold any more: they only tell what to expect. */
  private readonly old = new Map<string, { readonly answer: unknown }>()
  private pending: Pending[] = []
  /** What was known when it was looked at last. A planned change only adds to that. */
  private readonly looks = new Map<string, Look>()

  /** What is known now: what the host said, and what became of it with each planned change. */
  look(user: string, question: Question): Knowledge {
    const id = questionId(question)
    const key = `${user}\0${id}`
    const last = this.looks.get(key)
    if (last?.planned === this.pending.length) return last.known
    const asked = this.answers.get(key)
    let known: Knowledge =
      last?.known ??
      (asked === undefined
        ? { kind: 'missing', before: this.old.get(key) }
        : { kind: 'asked', answer: asked.answer })
    let seen = last?.seen
    for (const change of this.pending.slice(last?.planned ?? 0)) {
      const { by } = change
      const stale = (today: { readonly answer: unknown } | undefined): Knowledge => ({
        kind: 'stale',
        today,
        by,
        asked: asked !== undefined,
      })
      if (keeps(change, question, known)) continue
      const is = today(known)
      if (seen === undefined || seen.answer !== is?.answer) seen = seenBy(question, is?.answer)
      const altered = concerns(change.touches, seen.resources)
      if (change.leaves.has(id) && (change.user === user || question.reader.channel !== undefined)) {
        const answer = change.leaves.get(id)
        // Said again of what the change cannot alter: the host's answer stays good.
        if (known.kind === 'asked' && known.answer === answer && !altered) continue
        known = change.presumed ? stale({ answer }) : { kind: 'predicted', answer, by }
      } else if (change.own.has(id)) {
        // A change that is about this very question makes another answer of it: what it says today is no guess.
        known = stale(undefined)
      } else if (altered) known = stale(is)
    }
    this.looks.set(key, { planned: this.pending.length, known, seen })
    return known
  }

  /** An answer from the host, an `Error` where it could not answer. */
  record(user: string, question: Question, answer: unknown): void {
    const key = `${user}\0${questionId(question)}`
    this.answers.set(key, { question, user, answer })
    this.looks.delete(key)
  }

  /** A change is planned: answers it may alter are no longer good, except for those that it predicts. */
  plan({ by, touches, own, leaves, user, presumed = false, keeps }: PlannedChange): void {
    this.pending.push({
      by,
      touches,
      user,
      presumed,
      keeps,
      own: questionIds(own),
      leaves: leftBy(leaves),
    })
  }

  /** Looks at what would be known if a change were planned too. */
  trying<Found>(change: PlannedChange, look: () => Found): Found {
    this.plan(change)
    const answer = look()
    this.pending.pop()
    for (const [key, { planned }] of this.looks) if (planned > this.pending.length) this.looks.delete(key)
    return answer
  }

  /** The planned changes were applied, or tried: whatever they may have altered must be asked again. */
  settle(): void {
    if (this.pending.length === 0) return
    for (const [id, { user, question, answer }] of this.answers) {
      const { kind } = this.look(user, question)
      if (kind !== 'stale' && kind !== 'predicted') continue
      this.answers.delete(id)
      this.old.set(id, { answer })
    }
    this.pending = []
    this.looks.clear()
  }

  /** Something outside of this host's own tasks may have changed it. */
  forget(touches: readonly Resource[]): void {
    this.plan({ by: 'another host', touches, own: [], leaves: [], user: '' })
    this.settle()
  }

  /** These are to be asked again. */
  forgetAnswers(user: string, questions: readonly Question[]): void {
    for (const question of questions) {
      const key = `${user}\0${questionId(question)}`
      this.answers.delete(key)
      this.looks.delete(key)
    }
  }

  /** Nobody asks for anything more: the host is done. */
  clear(): void {
    for (const all of [this.answers, this.old, this.looks]) all.clear()
    this.pending = []
  }
}

interface Look {
  /** How many changes were planned then. */
  readonly planned: number
  readonly known: Knowledge
  readonly seen: Seen | undefined
}

const left = new WeakMap<readonly Prediction[], ReadonlyMap<string, unknown>>()

/** The answers that are left, by the ids of their questions: made once for a list. */
function leftBy(leaves: readonly Prediction[]): ReadonlyMap<string, unknown> {
  const known =
    left.get(leaves) ?? new Map(leaves.map(({ question, answer }) => [questionId(question), answer]))
  left.set(leaves, known)
  return known
}

/** What would be answered if no planned change altered it, as far as that is known. */
function today(known: Knowledge): { readonly answer: unknown } | undefined {
  if (known.kind === 'stale') return known.today
  return known.kind === 'missing' ? known.before : known
}

interface Seen {
  readonly answer: unknown
  readonly resources: readonly Resource[]
}

/** What an answer depends on. An error says nothing of that. */
const seenBy = ({ reader, key }: Question, answer: unknown): Seen => ({
  answer,
  resources: reader.sees(key, answer instanceof Error ? undefined : answer),
})

function keeps(change: Pending, question: Question, known: Knowledge): boolean {
  const is = today(known)
  if (change.keeps === undefined || is === undefined || is.answer instanceof Error) return false
  return change.keeps(question, is.answer)
}

export const concerns = (touches: readonly Resource[], seen: readonly Resource[]): boolean =>
  seen.some((see) => touches.some((touch) => overlaps(touch, see)))
