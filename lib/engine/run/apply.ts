import { UnreachableError, UserError } from '../../core/errors.ts'
import type { Step } from '../../core/module.ts'
import type { Reply } from '../../core/probe.ts'
import type { Item } from '../../playbook/program.ts'
import { SKIPPED, type Script } from '../../transport/transport.ts'
import { type Bodies, bodyQuestions, fetchBodies, readBodies } from '../look/bodies.ts'
import { type Wanted, isShell, observeChannels, record, shellBatch, unknown } from '../look/observe.ts'
import { StepFailed } from '../report/failure.ts'
import type { Session } from '../session.ts'
import type { Announce } from './announce.ts'
import { type Change, isShellStep } from './change.ts'
import { entriesOf, scriptOf, stepsWithMarks } from './entries.ts'
import { runOverNewLogin } from './new-login.ts'
import { sendChange } from './send.ts'
import { stream } from './stream.ts'
import { unitsOf } from './units.ts'

/** What became of a change. */
export interface Applied {
  readonly replies: readonly Reply[]
  readonly durationMs: number
  readonly error?: unknown
}

export interface AppliedSegment {
  /** A change that was not begun, because one before it failed or the run was stopped, is left out. */
  readonly applied: ReadonlyMap<Item, Applied>
  readonly bodies: Bodies
}

/** Whether it matters what a change left: nobody looks at what one left that failed, unless the task judges that itself. */
export const needsProof = ({ task }: Item, error: unknown): boolean =>
  error === undefined || task.options.failedWhen !== undefined

/**
 * Makes changes of one user, in one stream, with the questions behind them that verify them and that the tasks after
 * them need.
 * @param after what to ask behind the changes, as far as it is not known then
 */
export async function applyChanges(
  session: Session,
  changes: readonly Change[],
  after: readonly Wanted[],
  announce: Announce,
): Promise<AppliedSegment> {
  await session.worker.again()
  session.mode.emit({ type: 'host', host: session.host.name, phase: 'applying' })
  const [first] = changes
  if (first?.alone === true) return applyAlone(session, first, after, announce)
  const user = first?.item.user ?? 'login'
  const differences = changes.flatMap(({ verdict }) => verdict.plan.changes)
  const before = shellBatch(bodyQuestions(session, differences))
  const entries = changes.map(entriesOf)
  session.snapshot.settle()
  const questions = unknown(session, after).filter((one) => one.user === user && isShell(one))
  const behind = shellBatch(questions.map(({ question }) => question))

  const sent = { before: before.scripts, units: unitsOf(entries), behind: behind.scripts }
  const { replies, spent, ...asked } = await stream(session, user, sent, announce)
  const bodies = readBodies(before.read(asked.before))
  record(session, user, behind.read(asked.behind))

  const applied = new Map<Item, Applied>()
  for (const [i, change] of changes.entries()) {
    const came = (entries[i] ?? []).flatMap((entry) => {
      const reply = replies.get(entry)
      return reply === undefined ? [] : [{ ...entry, reply: shownOf(entry.script, reply) }]
    })
    if (came.length > 0 && came.every(({ reply }) => reply.code === SKIPPED)) break
    const broken = came.find(({ reply }) => reply.code !== 0)
    const error = broken && failureOf(broken.script, broken.reply)
    const kept = came.flatMap(({ bookkeeping, reply }) => (bookkeeping ? [] : [reply]))
    applied.set(change.item, { replies: kept, durationMs: spent(change), ...(error && { error }) })
    if (error) break
  }
  return { applied, bodies }
}

/** A change whose steps run one by one: a channel has a stream of its own, and a host that restarts loses all of them. */
async function applyAlone(
  session: Session,
  change: Change,
  after: readonly Wanted[],
  announce: Announce,
): Promise<AppliedSegment> {
  const { item, verdict } = change
  const started = performance.now()
  const bodies = await fetchBodies(session, item.user, bodyQuestions(session, verdict.plan.changes))
  const replies: Reply[] = []
  let error: unknown
  announce(item)
  let passed: Buffer | undefined
  for (const [index, { step, bookkeeping }] of stepsWithMarks(change).entries()) {
    const left = await sendChange(session, () => runStep(session, item.user, step, index, passed))
    if (left instanceof UserError) {
      error = new StepFailed(step, left)
      break
    }
    passed = isPassed(step) ? left.stdout : undefined
    const reply = shownOf(step, left)
    // Stopped before the first step: nothing was begun.
    if (reply.code === SKIPPED) break
    if (!bookkeeping) replies.push(reply)
    if (reply.code === 0) continue
    error = failureOf(step, reply)
    break
  }
  session.snapshot.settle()
  if (needsProof(item, error)) await observeChannels(session, after, 'proof')
  const durationMs = performance.now() - started
  if (replies.length === 0 && error === undefined && change.steps.length > 0)
    return { applied: new Map(), bodies }
  return {
    applied: new Map([[item, { replies, durationMs, ...(error !== undefined && { error }) }]]),
    bodies,
  }
}

const isPassed = (step: Step | Script): boolean => 'script' in step && step.output === 'passed'

/** What may be kept and shown of a reply. */
const shownOf = (step: Step | Script, reply: Reply): Reply =>
  isPassed(step) ? { ...reply, stdout: Buffer.alloc(0) } : reply

const NOT_BEGUN: Reply = { code: SKIPPED, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) }

async function runStep(
  session: Session,
  user: string,
  step: Step,
  index: number,
  passed: Buffer | undefined,
): Promise<Reply | UserError> {
  if (session.mode.stop.aborted && index === 0) return NOT_BEGUN
  if (!isShellStep(step)) return session.channels.run(step, passed)
  const exchange = () => session.connection.exchange([scriptOf(step, index)], { user, lock: true })
  if (step.newLogin !== undefined) return runOverNewLogin(session, user, scriptOf(step, index), step.newLogin)
  if (step.restartsHost === undefined) return (await exchange())[0] ?? NOT_BEGUN
  // The connection may go before the reply comes: both are right.
  const [reply] = await exchange().catch(ifLost)
  if (reply !== undefined && reply.code !== 0) return reply
  await session.others.reconnect(session, step.restartsHost)
  return { code: 0, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) }
}

function ifLost(error: unknown): Reply[] {
  if (error instanceof UnreachableError) return []
  throw error
}

const failureOf = (step: Step | Script, reply: Reply): StepFailed => new StepFailed(step, reply)
