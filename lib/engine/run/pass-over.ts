import type { Item, LeftOut } from '../../playbook/program.ts'
import type { Ended } from '../plan/ended.ts'
import { type Session, inTurn, whereRuns } from '../session.ts'
import { lookAndPlan } from './attempt.ts'
import { settledEnd } from './conclude.ts'

const skipped = (because: string): Ended => ({
  status: 'skipped',
  details: { because },
  result: undefined,
  begun: false,
})

/** How a task ends that the operator does not want. */
export const NOT_WANTED = skipped('not wanted, with --step')

/**
 * A task before the one that the run begins at. Where a later task reads what it finds it is looked at: with nothing to
 * do it counts as usual, so that its state is known. It never changes anything.
 */
export async function passOver(session: Session, item: Item, { because, looked }: LeftOut): Promise<Ended> {
  if (!looked) return skipped(because)
  try {
    const on = await whereRuns(session, item)
    const verdict = await inTurn(on, () => lookAndPlan(session, on, item, false), session)
    return verdict.kind === 'ok' ? settledEnd({ kind: 'settled', item, verdict }) : skipped(because)
  } catch {
    return skipped(because)
  }
}

/** With `--step`: whether a task is to be run. */
export async function askFirst({ host, mode }: Session, item: Item): Promise<'run' | 'skip' | 'stopped'> {
  if (mode.step === undefined || mode.check) return 'run'
  const { play, role, task } = item
  const answer = await mode.step({ play, host: host.name, role, task: task.name, module: task.module.name })
  if (mode.stop.aborted) return 'stopped'
  return answer === 'skip' ? 'skip' : 'run'
}
