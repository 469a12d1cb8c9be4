import { createHash } from 'node:crypto'
import { argsKey } from '../../core/args-key.ts'

/** Texts longer than this are told apart by their checksum. */
const LONG = 64

const keys = new WeakMap<object, string>()
let next = 0

/** The same text for equal answers of a host. Answers that text cannot tell apart, and those with a secret, are equal to themselves alone. */
export function answerKey(answer: unknown): string {
  if (typeof answer !== 'object' || answer === null) return textOf(answer) ?? `@${++next}`
  const known = keys.get(answer) ?? textOf(answer) ?? `@${++next}`
  keys.set(answer, known)
  return known
}

function textOf(answer: unknown): string | undefined {
  const text = argsKey(answer)
  if (text === undefined || text.length <= LONG) return text
  return `#${createHash('sha256').update(text).digest('base64')}`
}
