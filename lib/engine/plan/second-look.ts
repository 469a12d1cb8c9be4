import type { Item } from '../../playbook/program.ts'
import { type Wanted, observe } from '../look/observe.ts'
import { questionId } from '../look/question-id.ts'
import type { Session } from '../session.ts'
import type { Verdict } from './plan-task.ts'

/**
 * A question that the host could not answer in an earlier trip is asked again before its task fails: time has passed, and a server that
 * was starting then may have started.
 *
 * @param fresh what was asked just now
 * @param plan plans the task with what is known
 */
export async function secondLook(
  on: Session,
  { user }: Item,
  verdict: Verdict,
  fresh: readonly Wanted[],
  plan: () => Verdict,
): Promise<Verdict> {
  if (verdict.kind !== 'failed' || verdict.unanswered === undefined) return verdict
  const asked = new Set(fresh.map(({ question }) => questionId(question)))
  const old = verdict.unanswered.filter((question) => !asked.has(questionId(question)))
  if (old.length === 0) return verdict
  on.snapshot.forgetAnswers(user, old)
  await observe(
    on,
    old.map((question) => ({ user, question })),
  )
  return plan()
}
