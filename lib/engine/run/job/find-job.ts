import { UserError } from '../../../core/errors.ts'
import { EVERYTHING } from '../../../core/resource.ts'
import type { Item } from '../../../playbook/program.ts'
import { type Wanted, isShell } from '../../look/observe.ts'
import type { ChangeVerdict, Verdict } from '../../plan/plan-task.ts'
import type { Session } from '../../session.ts'
import { type Job, isOf, jobId, jobsIn, jobsQuestion } from './job.ts'

type OkVerdict = Extract<Verdict, { readonly kind: 'ok' }>

/** A job of an earlier run, and the change that it makes. */
export interface FoundJob {
  readonly job: Job
  readonly verdict: ChangeVerdict
}

/** The question which jobs there are, for tasks that run in the background. */
export function jobQuestions(items: readonly Item[]): Wanted[] {
  const users = items.flatMap(({ task, user }) => (task.options.background === true ? [user] : []))
  return [...new Set(users)].map((user) => ({ user, question: jobsQuestion }))
}

/** The jobs that the user of a task has on a host, as far as they are known. */
const jobsOf = (on: Session, user: string): readonly Job[] => {
  const known = on.snapshot.look(user, jobsQuestion)
  return known.kind === 'asked' ? jobsIn(known.answer) : []
}

/** The job that an earlier run began for the task, with the same arguments. */
export function jobFor(on: Session, item: Item, verdict: Verdict): FoundJob | undefined {
  if (item.task.options.background !== true) return undefined
  if (verdict.kind !== 'change' && verdict.kind !== 'ok') return undefined
  const id = jobId(item, verdict.view.args)
  const job = jobsOf(on, item.user).find((one) => one.id === id)
  return job && { job, verdict: verdict.kind === 'change' ? verdict : asChange(item, verdict) }
}

/**
 * An earlier run began the task with other arguments, and that job still runs: another one beside it may do the same work
 * at the same time.
 */
export function refuseSecondJob(on: Session, item: Item, verdict: ChangeVerdict): void {
  const id = jobId(item, verdict.view.args)
  const other = jobsOf(on, item.user).find(
    (one) => one.state === 'running' && one.id !== id && isOf(one, item),
  )
  if (other === undefined) return
  throw new UserError(
    'E_OTHER_JOB',
    `"${other.name}" is still running in the background, with other arguments`,
    {
      at: item.task.at,
      hint: 'An earlier run started it. Wait until it has ended, or kill it on the host, then run the playbook again.',
    },
  )
}

/** What an earlier run began, seen as a change of this one: it may look done before it is. */
function asChange({ task }: Item, verdict: OkVerdict): ChangeVerdict {
  const { args, state } = verdict.view
  return {
    kind: 'change',
    view: verdict.view,
    plan: { changes: [{ what: 'runs', from: 'begun by an earlier run', to: 'ended' }] },
    steps: task.module.apply(args, state),
    touches: task.options.touches ?? task.module.touches?.(args, state, () => undefined) ?? [EVERYTHING],
  }
}

/** Questions, and which jobs there are of those users whose shells are asked anyway. */
export function withJobs(wanted: readonly Wanted[]): Wanted[] {
  const users = new Set(wanted.filter(isShell).map(({ user }) => user))
  return [...wanted, ...[...users].map((user) => ({ user, question: jobsQuestion }))]
}

/** The lock of a host goes with the connection, a job does not: whoever changes the host is told of it. */
export function warnOfStrangers(on: Session, items: readonly Item[]): void {
  const users = [...new Set(items.map(({ user }) => user))]
  for (const job of users.flatMap((user) => jobsOf(on, user))) {
    if (job.state !== 'running' || items.some((item) => isOf(job, item))) continue
    const text = `"${job.name}" of an earlier run is still running in the background`
    on.mode.emit({ type: 'notice', host: on.host.name, level: 'warning', text })
  }
}
