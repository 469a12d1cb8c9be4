import type { TaskEnded, TaskStatus } from '../../core/events.ts'
import type { Step } from '../../core/module.ts'
import type { Reply } from '../../core/probe.ts'
import { scrub } from '../../core/secret.ts'
import type { Entry, Item } from '../../playbook/program.ts'
import type { Session } from '../session.ts'
import type { Details } from './details.ts'

/** Of what a command prints; the end says how it went. */
const OUTPUT_LIMIT = 64 * 1024

/** Whom something is told of, and where to. */
type Told = Pick<Session, 'host' | 'mode'>

/** Tells the reporters how a task ended. */
export function report(session: Session, item: Item, status: TaskStatus, details: Details = {}): void {
  session.mode.emit({
    type: 'task',
    ...nameOf(session, item),
    status,
    changes: [],
    durationMs: 0,
    at: item.task.at,
    ...(item.handler && { handler: true }),
    ...(status === 'failed' && item.ignoreErrors && { ignored: true }),
    ...(item.delegateTo !== undefined && { delegatedTo: item.delegateTo }),
    ...(item.task.options.show === true && { show: true }),
    ...details,
  })
}

/** Tells the reporters which tasks of a host will not be begun any more. */
export function reportNotRun(session: Told, entries: readonly Entry[], because: string): void {
  for (const entry of entries) {
    if (entry.kind === 'task') session.mode.emit({ type: 'not-run', ...nameOf(session, entry.item), because })
  }
}

const nameOf = ({ host }: Told, { play, role, task }: Item) => ({
  play,
  host: host.name,
  role,
  task: task.name,
  module: task.module.name,
})

/** The commands of a change as they may be shown. */
export const shownSteps = (steps: readonly Step[]): string[] =>
  steps.map((step) => scrub('script' in step ? step.script : step.text))

/** What the commands of a task printed, as it may be shown. */
export function outputOf(replies: readonly Reply[]): Pick<TaskEnded, 'stdout' | 'stderr'> {
  const text = (stream: 'stdout' | 'stderr'): string => {
    const all = Buffer.concat(replies.map((reply) => reply[stream]))
    return scrub(all.subarray(-OUTPUT_LIMIT).toString('utf8'))
  }
  const [stdout, stderr] = [text('stdout'), text('stderr')]
  return { ...(stdout !== '' && { stdout }), ...(stderr !== '' && { stderr }) }
}
