import { isDeferred } from '../../core/deferred.ts'
import type { HostPlay } from '../../playbook/compile.ts'
import { type Entry, type Item, tasksOf } from '../../playbook/program.ts'
import { dryRun } from '../plan/dry-run.ts'
import { planTask } from '../plan/plan-task.ts'
import { observe } from '../look/observe.ts'
import { unlessStopped } from '../look/stopped.ts'
import { questionsOf } from '../plan/questions.ts'
import { type Session, inTurn } from '../session.ts'
import { crossOut, forgetOwed, owed } from './ledger.ts'
import { Trail } from './trail.ts'
import { type OnEnd, runProgram } from './run-program.ts'

/** One host through one play: its tasks, then the handlers that they notified. @returns false when a task failed */
export async function playHost(session: Session, play: HostPlay): Promise<boolean> {
  return session.mode.check ? dryRunHost(session, play) : convergeHost(session, play)
}

const asEntries = (items: readonly Item[]): Entry[] =>
  items.map((item) => ({ kind: 'task', item, places: [] }))

async function convergeHost(session: Session, play: HostPlay): Promise<boolean> {
  const { stop, batch } = session.mode
  const trail = (session.trail = new Trail(play))
  const notified = new Set<Item>(await owed(session, tasksOf(play.program), play.handlers))
  // Written down before the change was made, which then did not count as one.
  const unearned = new Set<Item>()
  let changes = 0
  const known = new Set(play.handlers)
  // Tasks that are made from what was found bring handlers of their own, which may be owed too.
  const askOwed = async (items: readonly Item[]): Promise<void> => {
    const fresh = play.handlers.filter((handler) => !known.has(handler))
    for (const handler of fresh) known.add(handler)
    if (fresh.length === 0) return
    for (const handler of await inTurn(session, () => owed(session, items, fresh))) notified.add(handler)
  }
  const noteChange: OnEnd = (item, { status, begun }) => {
    if (begun && status === 'ok') for (const handler of item.notify) unearned.add(handler)
    // A change that failed halfway was still begun, and its handlers are written down on the host.
    if (status !== 'changed' && !(status === 'failed' && begun)) return
    changes++
    for (const handler of item.notify) notified.add(handler)
  }
  const { ok, done } = await runProgram(session, play.program, noteChange, askOwed)
  const withdrawn = [...unearned].filter((handler) => !notified.has(handler))
  if (withdrawn.length > 0) await crossOut(session, done, withdrawn, [])
  if (!ok || stop.aborted) return ok
  trail.handlers()
  const due = play.handlers.filter((handler) => notified.has(handler))
  if (due.length > 0) forgetOwed(session)
  const idle: Item[] = []
  const handled = await runProgram(session, asEntries(due), (handler, { begun }) => {
    if (!begun) idle.push(handler)
  })
  if (due.length > 0) await crossOut(session, done, idle, handled.done)
  trail.done = handled.ok && !stop.aborted
  if (changes > 0 && handled.ok && batch) await inTurn(session, () => proveIdempotence(session, done))
  return handled.ok
}

async function dryRunHost(session: Session, play: HostPlay): Promise<boolean> {
  const known = new Set(play.handlers)
  const owing = await owed(session, tasksOf(play.program), play.handlers)
  const notified = new Map<Item, string>(owing.map((handler) => [handler, 'an earlier run']))
  const perhaps = new Map<Item, string>()
  const ok = await dryRun(session, play.program, (item, outlook) => {
    const into = outlook === 'would-change' ? notified : outlook === 'unknown' ? perhaps : undefined
    for (const handler of item.notify) into?.set(handler, item.task.name)
  })
  if (!ok) return false
  const fresh = play.handlers.filter((handler) => !known.has(handler))
  for (const handler of await owed(session, [], fresh)) notified.set(handler, 'an earlier run')
  for (const handler of notified.keys()) perhaps.delete(handler)
  const due = play.handlers.filter((handler) => notified.has(handler) || perhaps.has(handler))
  await dryRun(session, asEntries(due), () => {}, perhaps)
  return true
}

/** Every real run proves its own idempotence: with all changes made, planning the same tasks again must find nothing. */
async function proveIdempotence(session: Session, done: readonly Item[]): Promise<void> {
  const { snapshot, results, mode, host } = session
  // Tasks whose result is what they print run every time, and say so themselves. What is made from what an earlier task
  // found is made anew in the next run, from what is there then.
  const provable = done.filter(
    ({ task: { module, args }, delegateTo, runOnce }) =>
      module.verify === undefined &&
      module.waits === undefined &&
      !isDeferred(args) &&
      delegateTo === undefined &&
      !runOnce,
  )
  await unlessStopped(observe(session, questionsOf(session, provable)))
  for (const item of provable) {
    if (results.get(item.task)?.kind !== 'known') continue
    const verdict = planTask(item, snapshot, results)
    if (verdict.kind !== 'change' || item.task.options.changedWhen !== undefined) continue
    const what = verdict.plan.changes.map((change) => change.what).join(', ')
    mode.emit({
      type: 'notice',
      host: host.name,
      level: 'warning',
      text: `"${item.task.name}" would change again (${what}): a later task undid it, see ${item.task.at}`,
    })
  }
}
