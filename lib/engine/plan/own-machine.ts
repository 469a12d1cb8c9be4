import { UserError } from '../../core/errors.ts'
import type { Host } from '../../playbook/inventory.ts'
import type { Task } from '../../core/task.ts'
import type { Verdict } from './plan-task.ts'

/**
 * A restart of the machine that run-playbook runs on would end the run, and whatever else the operator does. It is refused
 * unless the task asks for just that.
 */
export function refuseOwnRestart<V extends Verdict>(
  { name, connection }: Host,
  { name: task, at }: Task,
  verdict: V,
): V | { readonly kind: 'failed'; readonly error: UserError } {
  if (verdict.kind !== 'change' || connection.onOwnMachine !== true) return verdict
  const restarts = verdict.steps.some(
    (step) => 'script' in step && step.restartsHost !== undefined && step.restartsHost.ownMachine !== true,
  )
  if (!restarts) return verdict
  const message = `"${task}" would restart the machine that run-playbook runs on: ${name} is reached by ${connection.name}`
  const hint = 'Skip the task on this host, or set ownMachine: true if the machine may be restarted.'
  return { kind: 'failed', error: new UserError('E_OWN_MACHINE', message, { at, hint }) }
}
