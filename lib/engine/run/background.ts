import { UnreachableError, UserError } from '../../core/errors.ts'
import type { ShellStep } from '../../core/module.ts'
import { pause } from '../../core/pause.ts'
import type { Reply } from '../../core/probe.ts'
import { type Script, SKIPPED } from '../../transport/transport.ts'
import { bodyQuestions, fetchBodies } from '../look/bodies.ts'
import { askNow } from '../look/observe.ts'
import { StepFailed } from '../report/failure.ts'
import type { Session } from '../session.ts'
import type { Announce } from './announce.ts'
import type { Applied, AppliedSegment } from './apply.ts'
import { type Change, isShellStep, needsConnection } from './change.ts'
import {
  type Job,
  jobId,
  jobsIn,
  jobsQuestion,
  removeScript,
  replayScripts,
  startScripts,
} from './job/job.ts'
import { oweScript, owes, paidScript } from './ledger.ts'
import { sendChange } from './send.ts'

/** Milliseconds between two questions how far a job is; the first ones come sooner, for those that take no time. */
const DELAY_MS = 1000
const FIRST_DELAY_MS = 50
/** Milliseconds that a host whose connection was lost may take to answer again. */
const RECONNECT_MS = 300_000
/** How often a connection may be lost before the job is left to the next run. */
const MOST_LOSSES = 10

/**
 * Makes a change in the background of the host: its steps go on when the connection is lost, and the next run finds
 * them. Comes back when they ended, with what they printed.
 *
 * @param found the job of an earlier run: it is not started again, but waited for
 */
export async function applyInBackground(
  session: Session,
  change: Change,
  found: Job | undefined,
  announce: Announce,
): Promise<AppliedSegment> {
  const { item, verdict } = change
  const steps = change.steps.filter(isShellStep)
  if (steps.length < change.steps.length || steps.some(needsConnection))
    throw new UserError('E_BACKGROUND', `${item.task.module.name} cannot run in the background of a host`, {
      at: item.task.at,
      hint: 'Remove `background`: only shell commands can run in the background, and neither a reboot nor a new login.',
    })
  await session.worker.again()
  const started = performance.now()
  const changes = bodyQuestions(session, verdict.plan.changes)
  const bodies = await fetchBodies(session, item.user, changes)
  announce(item)
  const id = found?.id ?? jobId(item, verdict.view.args)
  const end = await untilEnded(session, change, id, steps, found !== undefined)
  session.snapshot.settle()
  if (end === undefined) return { applied: new Map(), bodies }
  const applied: Applied = { ...end, durationMs: performance.now() - started }
  return { applied: new Map([[item, applied]]), bodies }
}

type End = Pick<Applied, 'replies' | 'error'>

/** @returns undefined when the run was stopped: a job that was begun goes on */
async function untilEnded(
  session: Session,
  change: Change,
  id: string,
  steps: readonly ShellStep[],
  found: boolean,
): Promise<End | undefined> {
  const { item } = change
  const { mode, host } = session
  let begun = found
  for (let losses = 0, delayMs = FIRST_DELAY_MS; ; delayMs = Math.min(2 * delayMs, DELAY_MS)) {
    try {
      const job = await jobOf(session, item.user, id)
      if (job !== undefined && job.state !== 'running') return await take(session, change, job, steps)
      if (job === undefined && begun)
        return { replies: [], error: lost(change, 'its files on the host were removed') }
      if (mode.stop.aborted) {
        if (job === undefined) return undefined
        const text = `"${item.task.name}" continues in the background on the host; the next run waits for it`
        mode.emit({ type: 'notice', host: host.name, level: 'warning', text })
        return undefined
      }
      if (job === undefined) {
        const failed = await start(session, change, id, steps)
        if (failed === 'skipped') return undefined
        if (failed !== undefined) return failed
      }
      begun = true
    } catch (error) {
      if (mode.stop.aborted || ++losses > MOST_LOSSES) throw error
      if (error instanceof UnreachableError) {
        const text = `${error.message}; "${item.task.name}" goes on there, connecting again`
        mode.emit({ type: 'notice', host: host.name, level: 'warning', text })
        await session.others.reconnect(session, { timeoutMs: RECONNECT_MS })
      } else if (!(error instanceof UserError && error.code === 'E_LOCKED')) throw error
    }
    await pause(delayMs, mode.stop)
  }
}

/** What became of the job. @throws what the host could not answer */
async function jobOf(session: Session, user: string, id: string): Promise<Job | undefined> {
  const [answered] = await askNow(session, user, [jobsQuestion])
  if (answered?.answer instanceof Error) throw answered.answer
  return jobsIn(answered?.answer).find((job) => job.id === id)
}

async function start(
  session: Session,
  { item }: Change,
  id: string,
  steps: readonly ShellStep[],
): Promise<End | 'skipped' | undefined> {
  const owe: Script[] = owes(item) ? [{ kind: 'step', script: oweScript(item.notify) }] : []
  const scripts = [...owe, ...startScripts(id, item.task.name, steps)]
  const options = { user: item.user, lock: true }
  const replies = await sendChange(session, () => session.connection.exchange(scripts, options))
  if (replies[0]?.code === SKIPPED) return 'skipped'
  const index = replies.findIndex(({ code }) => code !== 0)
  const [script, reply] = [scripts[index], replies[index]]
  return script && reply && { replies: [], error: new StepFailed(script, reply) }
}

/** Takes over what the steps of a job left, and removes it. */
async function take(session: Session, change: Change, job: Job, steps: readonly ShellStep[]): Promise<End> {
  const { item } = change
  const options = { user: item.user, lock: true }
  const replies = await session.connection.exchange(replayScripts(job, steps), options)
  const index = replies.findIndex(({ code }) => code !== 0)
  const broken = replies[index]
  const kept: Reply[] = replies.filter(({ code }) => code !== SKIPPED)
  const ok = job.state === 'ended' && broken === undefined
  const paid: Script[] =
    item.handler && ok ? [{ kind: 'step', script: paidScript(item), continues: true }] : []
  await session.connection.exchange([...paid, removeScript(job.id)], options)
  if (job.state === 'restarted')
    return { replies: kept, error: lost(change, 'the host was restarted while it ran') }
  if (job.state === 'lost')
    return { replies: kept, error: lost(change, 'its process ended without an exit code') }
  if (broken === undefined) return { replies: kept }
  return { replies: kept, error: new StepFailed(steps[index] ?? { script: job.name }, broken) }
}

const lost = ({ item }: Change, why: string): UserError =>
  new UserError('E_JOB_LOST', `"${item.task.name}" ran in the background, and ${why}`, {
    hint: 'Run the playbook again to start it again. `dmesg` on the host shows whether it ran out of memory.',
  })
