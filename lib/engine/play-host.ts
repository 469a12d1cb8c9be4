import type { HostPlay, Item } from '../playbook/compile.ts'
import { converge } from './converge.ts'
import { dryRun } from './dry-run.ts'
import { crossOut, forgetOwed, owed } from './handlers.ts'
import { observe } from './observe.ts'
import { planTask } from './plan-task.ts'
import { type Session, userOf } from './session.ts'
import { questionsOf } from './wanted.ts'

/** One host through one play: its tasks, then the handlers that they notified. @returns false when a task failed */
export async function playHost(session: Session, play: HostPlay): Promise<boolean> {
  return session.mode.check ? dryRunHost(session, play) : convergeHost(session, play)
}

async function convergeHost(session: Session, { items, handlers }: HostPlay): Promise<boolean> {
  const notified = new Set<Item>(await owed(session, handlers))
  let changes = 0
  const done = await converge(session, items, (item, outcome) => {
    if (outcome !== 'changed') return
    changes++
    for (const handler of item.notify) notified.add(handler)
  })
  if (!done || session.mode.stop.aborted) return done
  const due = handlers.filter((handler) => notified.has(handler))
  if (due.length > 0) forgetOwed(session)
  const idle: Item[] = []
  const handled = await converge(session, due, (handler, outcome) => {
    if (outcome === 'ok') idle.push(handler)
  })
  await crossOut(session, idle)
  if (changes > 0 && handled && session.mode.batch) await proveIdempotence(session, items)
  return handled
}

async function dryRunHost(session: Session, { items, handlers }: HostPlay): Promise<boolean> {
  const notified = new Map<Item, string>(
    (await owed(session, handlers)).map((handler) => [handler, 'an earlier run']),
  )
  const perhaps = new Map<Item, string>()
  let failed = false
  await dryRun(session, items, (item, outlook) => {
    failed ||= outlook === 'failed' && item.task.options.ignoreErrors !== true
    const into = outlook === 'would-change' ? notified : outlook === 'unknown' ? perhaps : undefined
    for (const handler of item.notify) into?.set(handler, item.task.name)
  })
  if (failed) return false
  for (const handler of notified.keys()) perhaps.delete(handler)
  const due = handlers.filter((handler) => notified.has(handler) || perhaps.has(handler))
  await dryRun(session, due, () => {}, perhaps)
  return true
}

/** Every real run proves its own idempotence: with all changes made, planning the same tasks again must find nothing. */
async function proveIdempotence(session: Session, items: readonly Item[]): Promise<void> {
  // Tasks whose result is what they print run every time, and say so themselves.
  const provable = items.filter(({ task }) => task.module.verify === undefined)
  await observe(session, questionsOf(session, provable))
  for (const item of provable) {
    if (session.results.get(item.task)?.kind !== 'known') continue
    const verdict = planTask(item.task, session.snapshots[userOf(item)], session.results)
    if (verdict.kind !== 'change') continue
    const what = verdict.plan.changes.map((change) => change.what).join(', ')
    session.mode.emit({
      type: 'notice',
      host: session.host.name,
      level: 'warning',
      text: `"${item.task.name}" would change again (${what}): a later task undid it, see ${item.task.at}`,
    })
  }
}
