import type { Step } from '../core/module.ts'
import type { Reply } from '../core/probe.ts'
import type { Item } from '../playbook/compile.ts'
import { SKIPPED, type Script } from '../transport/transport.ts'
import { type Bodies, bodyQuestions, readBodies } from './bodies.ts'
import { oweScript, paidScript } from './handlers.ts'
import { observePostgres, record, shellBatch, unknown } from './observe.ts'
import type { Verdict } from './plan-task.ts'
import { StepFailed } from './report.ts'
import { type Session, type User, settle, userOf } from './session.ts'
import { questionsOf } from './wanted.ts'

/** A task that is about to be changed. */
export interface Change {
  readonly kind: 'change'
  readonly item: Item
  readonly verdict: Verdict & { kind: 'change' }
  readonly steps: readonly Step[]
  /** Some steps go to a database and not to the shell. */
  readonly hasSql: boolean
}

/** A task with nothing to do. */
export interface Settled {
  readonly kind: 'settled'
  readonly item: Item
  readonly verdict: Exclude<Verdict, { kind: 'wait' }>
}

export type Planned = Change | Settled

/** What became of a change. */
export interface Applied {
  readonly replies: readonly Reply[]
  readonly durationMs: number
  readonly error?: unknown
}

/**
 * Sends the changes of a segment in one stream, with the questions behind them that verify it and that the tasks
 * after it need.
 * @returns what became of each change; a change after a failed one is left out
 */
export async function applySegment(
  session: Session,
  segment: readonly Planned[],
  rest: readonly Item[],
): Promise<{ readonly applied: ReadonlyMap<Item, Applied>; readonly bodies: Bodies }> {
  const changes = segment.filter((one): one is Change => one.kind === 'change')
  const first = changes[0] as Change
  session.mode.emit({ type: 'host', host: session.host.name, phase: 'applying' })
  if (first.hasSql) return { applied: await applyMixed(session, first, segment, rest), bodies: new Map() }
  return applyShell(session, userOf(first.item), changes, segment, rest)
}

async function applyShell(
  session: Session,
  user: User,
  changes: readonly Change[],
  segment: readonly Planned[],
  rest: readonly Item[],
): Promise<{ applied: ReadonlyMap<Item, Applied>; bodies: Bodies }> {
  const differences = changes.flatMap(({ verdict }) => verdict.plan.changes)
  const before = shellBatch(session.mode.diff ? bodyQuestions(differences) : [])
  const entries = changes.flatMap((change) => scriptsOf(change).map((one) => ({ change, ...one })))
  settle(session)
  const wanted = questionsOf(session, [...segment.map(({ item }) => item), ...rest])
  const after = shellBatch(unknown(session, wanted, user, 'shell'))

  const clock = stopwatch(session, before.scripts.length, entries)
  const scripts = [...before.scripts, ...entries.map(({ script }) => script), ...after.scripts]
  const replies = await session.connection.exchange(scripts, { user, lock: true, onReply: clock.onReply })
  const bodies = readBodies(before.read(replies.slice(0, before.scripts.length)))
  const answered = replies.slice(before.scripts.length + entries.length)
  record(session, user, after.read(answered))

  const applied = new Map<Item, Applied>()
  for (const change of changes) {
    const own = entries.flatMap((entry, i) => {
      const reply = replies[before.scripts.length + i]
      return entry.change === change && reply !== undefined ? [{ ...entry, reply }] : []
    })
    if (own.length > 0 && own.every(({ reply }) => reply.code === SKIPPED)) break
    const broken = own.find(({ reply }) => reply.code !== 0)
    const error = broken && new StepFailed(broken.script, broken.reply)
    const kept = own.flatMap(({ bookkeeping, reply }) => (bookkeeping ? [] : [reply]))
    applied.set(change.item, { replies: kept, durationMs: clock.spent(change), ...(error && { error }) })
    if (error) break
  }
  return { applied, bodies }
}

// What is owed is written down before the change, and crossed out after the handler, in the same stream.
function scriptsOf(change: Change): { script: Script; bookkeeping: boolean }[] {
  return stepsWithMarks(change).flatMap(({ step, bookkeeping }) =>
    'script' in step ? [{ script: { kind: 'step' as const, ...step }, bookkeeping }] : [],
  )
}

function stepsWithMarks({ item, steps }: Change): { step: Step; bookkeeping: boolean }[] {
  const ours = (script: string) => ({ step: { script }, bookkeeping: true })
  return [
    ...(item.notify.length > 0 ? [ours(oweScript(item.notify))] : []),
    ...steps.map((step) => ({ step, bookkeeping: false })),
    ...(item.handler ? [ours(paidScript(item))] : []),
  ]
}

/** A change with statements: they run one by one, because a database speaks on a stream of its own. */
async function applyMixed(
  session: Session,
  change: Change,
  segment: readonly Planned[],
  rest: readonly Item[],
): Promise<ReadonlyMap<Item, Applied>> {
  const { item } = change
  const user = userOf(item)
  const started = performance.now()
  const exchange = (script: Script) => session.connection.exchange([script], { user, lock: true })
  const replies: Reply[] = []
  let error: unknown
  announce(session, change)
  for (const { step, bookkeeping } of stepsWithMarks(change)) {
    const reply =
      'sql' in step ? await session.postgres.run(step) : (await exchange({ kind: 'step', ...step }))[0]
    if (reply === undefined) continue
    if (!bookkeeping) replies.push(reply)
    if (reply.code === 0) continue
    error = new StepFailed(step, reply)
    break
  }
  settle(session)
  await observePostgres(session, questionsOf(session, [...segment.map((one) => one.item), ...rest]))
  const durationMs = performance.now() - started
  return new Map([[item, { replies, durationMs, ...(error !== undefined && { error }) }]])
}

function announce(session: Session, { item }: Change): void {
  session.mode.emit({
    type: 'task-start',
    play: item.play,
    host: session.host.name,
    role: item.role,
    task: item.task.name,
    module: item.task.module.name,
  })
}

/** Tells which change is being made, and how long each took. */
function stopwatch(session: Session, skip: number, entries: readonly { change: Change }[]) {
  const spent = new Map<Change, number>()
  let since = performance.now()
  const begin = (index: number): void => {
    const change = entries[index]?.change
    if (change !== undefined && change !== entries[index - 1]?.change) announce(session, change)
  }
  if (skip === 0) begin(0)
  return {
    spent: (change: Change) => spent.get(change) ?? 0,
    onReply: (index: number) => {
      const now = performance.now()
      const change = entries[index - skip]?.change
      if (change !== undefined) spent.set(change, (spent.get(change) ?? 0) + now - since)
      since = now
      begin(index - skip + 1)
    },
  }
}
