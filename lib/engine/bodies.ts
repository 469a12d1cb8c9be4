import type { Change } from '../core/change.ts'
import type { Question } from '../core/probe.ts'
import { ask } from '../core/probe.ts'
import { scrub } from '../core/secret.ts'
import { readBody } from '../modules/shared/text.ts'
import { type Answered, askNow } from './observe.ts'
import type { Session, User } from './session.ts'

/** Past this `diff` takes seconds for bodies that have nothing in common. */
const DIFF_TIMEOUT_MS = 500

/** What each file that is about to change holds now, by path. */
export type Bodies = ReadonlyMap<string, string | Error | undefined>

/** The questions for the bodies that a unified diff needs: bodies are only fetched of files that differ. */
export function bodyQuestions(changes: readonly Change[]): Question[] {
  const paths = new Set(changes.flatMap((change) => (change.body === undefined ? [] : [change.body.path])))
  return [...paths].flatMap((path) => ask(readBody, path).questions)
}

/** Fetches the bodies in one trip. */
export async function fetchBodies(session: Session, user: User, changes: readonly Change[]): Promise<Bodies> {
  return readBodies(session.mode.diff ? await askNow(session, user, bodyQuestions(changes)) : [])
}

export function readBodies(answers: readonly Answered[]): Bodies {
  return new Map(answers.map(({ question, answer }) => [question.key, answer as string | Error | undefined]))
}

/** Unified diffs of the changed file bodies. */
export async function bodyDiffs(changes: readonly Change[], bodies: Bodies): Promise<string[]> {
  const changed = changes.flatMap((change) => (change.body === undefined ? [] : [change.body]))
  if (changed.length === 0 || bodies.size === 0) return []
  const { FILE_HEADERS_ONLY, createTwoFilesPatch } = await import('diff')
  return changed.map(({ path, wanted }) => {
    const before = bodies.get(path)
    if (before instanceof Error) return `${path}: ${before.message}`
    const patch = createTwoFilesPatch(path, path, before ?? '', wanted, 'now', 'wanted', {
      context: 3,
      headerOptions: FILE_HEADERS_ONLY,
      timeout: DIFF_TIMEOUT_MS,
    })
    return patch === undefined ? `${path}: too different to show line by line` : scrub(patch)
  })
}
