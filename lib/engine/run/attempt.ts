import type { Item } from '../../playbook/program.ts'
import { loadFiles } from '../plan/load-files.ts'
import { refuseOwnRestart } from '../plan/own-machine.ts'
import { observe, unknown } from '../look/observe.ts'
import { questionsOfOne } from '../plan/questions.ts'
import { secondLook } from '../plan/second-look.ts'
import { type Verdict, type WaitVerdict, planTask } from '../plan/plan-task.ts'
import { type Session, planned } from '../session.ts'
import { announcer } from './announce.ts'
import { applyChanges, needsProof } from './apply.ts'
import { applyInBackground } from './background.ts'
import { type Change, changeOf } from './change.ts'
import { jobFor, jobQuestions, refuseSecondJob } from './job/find-job.ts'
import { oweScript } from './ledger.ts'
import { noAnswer } from './segment.ts'
import type { Ended } from '../plan/ended.ts'
import { changeEnd, settledEnd } from './conclude.ts'

/**
 * One attempt of one task: asks, plans, applies, verifies.
 * @param session of the host whose task it is
 * @param on of the host that it runs on
 * @param again whether answers from before count no more
 * @returns undefined when the run was stopped before it was begun
 */
export async function attempt(
  session: Session,
  on: Session,
  item: Item,
  again: boolean,
): Promise<Ended | undefined> {
  const verdict = await lookAndPlan(session, on, item, again)
  const found = jobFor(on, item, verdict)
  const wanted = found?.verdict ?? verdict
  if (wanted.kind !== 'change') return settledEnd({ kind: 'settled', item, verdict: wanted })
  if (item.task.options.background === true && found === undefined) {
    try {
      refuseSecondJob(on, item, wanted)
    } catch (error) {
      return settledEnd({ kind: 'settled', item, verdict: { kind: 'failed', error } })
    }
  }
  const change = changeOf(item, wanted)
  await oweElsewhere(session, item)
  planChange(on, change)
  const own = questionsOfOne(session, item).map(({ question }) => ({ user: item.user, question }))
  const { applied, bodies } =
    item.task.options.background === true
      ? await applyInBackground(on, change, found?.job, announcer(session))
      : await applyChanges(on, [change], own, announcer(session))
  const result = applied.get(item)
  if (result === undefined) return undefined
  if (needsProof(item, result.error)) await observe(on, own, 'proof')
  return changeEnd(on, change, result, bodies)
}

/** Asks what is not known and plans the task. */
export async function lookAndPlan(
  session: Session,
  on: Session,
  item: Item,
  again: boolean,
): Promise<Exclude<Verdict, WaitVerdict>> {
  await loadFiles(session, [item])
  const wanted = questionsOfOne(session, item)
  if (again || !session.mode.batch)
    on.snapshot.forgetAnswers(
      item.user,
      wanted.map(({ question }) => question),
    )
  const fresh = unknown(on, wanted)
  await observe(on, [...wanted, ...jobQuestions([item])])
  const plan = (): Verdict => planTask(item, on.snapshot, session.results)
  const verdict = await secondLook(on, item, plan(), fresh, plan)
  if (verdict.kind === 'wait') return { kind: 'failed', error: noAnswer(item.task) }
  return refuseOwnRestart(on.host, item.task, verdict)
}

// Handlers run on the host whose task it is, so that is where they are owed, wherever the change is made.
async function oweElsewhere(session: Session, { task, delegateTo, notify, user }: Item): Promise<void> {
  if (delegateTo === undefined || notify.length === 0 || task.options.changedWhen === false) return
  await session.connection.exchange([{ kind: 'step', script: oweScript(notify) }], { user, lock: true })
}

function planChange(on: Session, { item, verdict }: Change): void {
  const { touches, plan, view } = verdict
  planned(on, {
    by: item.task.name,
    user: item.user,
    touches,
    own: view.probe.questions,
    leaves: plan.leaves ?? [],
  })
}
