import type { Change, ChangedBody } from '../../core/change.ts'
import { UserError } from '../../core/errors.ts'
import type { Question } from '../../core/probe.ts'
import { scrub } from '../../core/secret.ts'
import type { Session } from '../session.ts'
import { type Answered, askNow } from './observe.ts'
import { questionId } from './question-id.ts'

/** Past this `diff` takes seconds for bodies that have nothing in common. */
const DIFF_TIMEOUT_MS = 500

/** What each file that is about to change holds now, by the id of its question. */
export type Bodies = ReadonlyMap<string, unknown>

/**
 * The questions for the bodies that a unified diff needs, each once: bodies are only fetched of files that differ. In a
 * real run they are asked before the change is made.
 */
export function bodyQuestions(session: Session, changes: readonly Change[]): Question[] {
  if (!session.mode.diff) return []
  const once = new Map<string, Question>()
  for (const { body } of changes) if (body !== undefined) once.set(questionId(body.now), body.now)
  return [...once.values()]
}

/** What earlier changes of a dry run will leave in the files, where that is known. */
export function predictedBodies(session: Session, user: string, changes: readonly Change[]): Bodies {
  const known = changes.flatMap(({ body }): [string, unknown][] => {
    const one = body && session.snapshot.look(user, body.now)
    return body !== undefined && one?.kind === 'predicted' ? [[questionId(body.now), one.answer]] : []
  })
  return new Map(known)
}

/** Fetches the bodies in one trip. */
export async function fetchBodies(
  session: Session,
  user: string,
  questions: readonly Question[],
): Promise<Bodies> {
  return readBodies(await askNow(session, user, questions))
}

export function readBodies(answers: readonly Answered[]): Bodies {
  return new Map(answers.map(({ question, answer }) => [questionId(question), answer]))
}

/** Unified diffs of the changed file bodies. */
export async function bodyDiffs(changes: readonly Change[], bodies: Bodies): Promise<string[]> {
  const changed = changes.flatMap(({ body }) => (body === undefined ? [] : [body]))
  if (changed.length === 0 || bodies.size === 0) return []
  const diff = await import('diff')
  return changed.map((body) => {
    const { path, now } = body
    const before = bodies.get(questionId(now))
    if (before instanceof UserError) return before.message
    if (before instanceof Error) return `${path}: ${before.message}`
    const patch = patchOf(body, typeof before === 'string' ? before : '', diff)
    return patch === undefined ? `${path}: too different to show line by line` : scrub(patch)
  })
}

/** The last diff of a body, with what the file held before. */
const patches = new WeakMap<ChangedBody, { readonly before: string; readonly patch: string | undefined }>()

/** Hosts with the same plan have the same body: where their files hold the same too, their diff is one text. */
function patchOf(body: ChangedBody, before: string, diff: typeof import('diff')): string | undefined {
  const known = patches.get(body)
  if (known?.before === before) return known.patch
  const { path, wanted } = body
  const patch = diff.createTwoFilesPatch(path, path, before, wanted, 'now', 'wanted', {
    context: 3,
    headerOptions: diff.FILE_HEADERS_ONLY,
    timeout: DIFF_TIMEOUT_MS,
  })
  patches.set(body, { before, patch })
  return patch
}
