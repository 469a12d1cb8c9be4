import { isDeferred } from '../../core/deferred.ts'
import type { Task } from '../../core/task.ts'
import type { Entry } from '../../playbook/program.ts'
import type { PlannedChange } from '../look/snapshot.ts'
import { planTask } from '../plan/plan-task.ts'
import type { Session } from '../session.ts'
import type { Planned } from './change.ts'

/**
 * Whether tasks that are not verified yet will still find nothing to do once a further change is made: then that change can be
 * sent before they are verified. Two lines of one file are such changes.
 *
 * @param rest what comes behind them: a task that reads what one of them left must not read what a later one left
 */
export function stayWanted(
  session: Session,
  tasks: ReadonlySet<Planned>,
  change: PlannedChange,
  rest: readonly Entry[],
): boolean {
  // A diff shows what was in a file just before its change.
  if (session.mode.diff || readsState(rest)) return false
  const { snapshot, results } = session
  return snapshot.trying(change, () =>
    [...tasks].every((one) => isPlain(one) && planTask(one.item, snapshot, results).kind === 'ok'),
  )
}

/** Whether a task is verified by its plan alone. */
function isPlain({ kind, item: { task } }: Planned): boolean {
  const { module, options } = task
  if (kind === 'settled') return true
  const judged = options.failedWhen !== undefined || options.changedWhen !== undefined
  return !judged && module.verify === undefined && module.outcome === undefined
}

const known = new WeakMap<readonly Entry[], boolean>()

function readsState(rest: readonly Entry[]): boolean {
  const reads =
    known.get(rest) ??
    rest.some((entry) => entry.kind !== 'task' || isMade(entry.item.task, entry.item.conditions))
  known.set(rest, reads)
  return reads
}

const isMade = ({ args }: Task, conditions: readonly unknown[]): boolean =>
  [args, ...conditions].some((value) => isDeferred(value) && value.reads === 'state')
