import type { Question, Reader } from '../../core/probe.ts'
import { targetKeyOf } from '../../core/target-key.ts'

const readers = new WeakMap<Reader<unknown, never>, number>()
let next = 0

/** Readers are told apart by identity: two of one name may be two people's. */
function readerId(reader: Reader<unknown, never>): number {
  const known = readers.get(reader)
  if (known !== undefined) return known
  readers.set(reader, ++next)
  return next
}

const ids = new WeakMap<Question, string>()

/** The same for the same reader, key and target: two tasks that ask the same share the answer. */
export function questionId(question: Question): string {
  const known = ids.get(question)
  if (known !== undefined) return known
  const id = `${readerId(question.reader)}\0${targetKeyOf(question)}\0${question.key}`
  ids.set(question, id)
  return id
}

const sets = new WeakMap<readonly Question[], ReadonlySet<string>>()

/** The ids of questions, made once for a list. */
export function questionIds(questions: readonly Question[]): ReadonlySet<string> {
  const known = sets.get(questions) ?? new Set(questions.map(questionId))
  sets.set(questions, known)
  return known
}
