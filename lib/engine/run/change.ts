import { quote } from '../../core/sh.ts'
import type { ChannelStep } from '../../core/reader.ts'
import type { ShellStep, Step } from '../../core/module.ts'
import type { Item } from '../../playbook/program.ts'
import { type ChangeVerdict, type Verdict } from '../plan/plan-task.ts'

/** A task that is about to be changed. */
export interface Change {
  readonly kind: 'change'
  readonly item: Item
  readonly verdict: ChangeVerdict
  /** The steps as they are sent: with the environment and the time limit of the task. */
  readonly steps: readonly Step[]
  /** They cannot be streamed with those of other tasks: a channel and a new login have a stream of their own, a restarted host none. */
  readonly alone: boolean
}

/** A task with nothing to do. */
export interface Settled {
  readonly kind: 'settled'
  readonly item: Item
  readonly verdict: Exclude<Verdict, { readonly kind: 'wait' | 'change' }>
}

export type Planned = Change | Settled

export function changeOf(item: Item, verdict: ChangeVerdict): Change {
  const steps = verdict.steps.map((step) =>
    isShellStep(step) ? surrounded(item, step) : limited(item, step),
  )
  const alone = steps.some((step) => !isShellStep(step) || needsConnection(step))
  return { kind: 'change', item, verdict, steps, alone }
}

/** Whether the step does something with the connection itself. */
export const needsConnection = ({ restartsHost, newLogin }: ShellStep): boolean =>
  restartsHost !== undefined || newLogin !== undefined

export const isShellStep = (step: Step): step is ShellStep => 'script' in step
export const isChannelStep = (step: Step): step is ChannelStep => 'channel' in step

/** What is shown of a step with `-vv`. */
export const textOf = (step: Step): string => (isShellStep(step) ? step.script : step.text)

const limited = ({ timeoutMs }: Item, step: ChannelStep): ChannelStep =>
  timeoutMs === undefined ? step : { ...step, timeoutMs }

function surrounded({ task, environment, timeoutMs }: Item, step: ShellStep): ShellStep {
  // With a limit or variables of its own it is not made together with others.
  const own = timeoutMs === undefined ? step : { ...step, timeoutMs, joint: undefined }
  const exports = Object.entries(environment).map(([name, value]) => `export ${name}=${quote(value)}\n`)
  if (task.module.withEnvironment !== undefined || exports.length === 0) return own
  return { ...own, joint: undefined, script: exports.join('') + step.script }
}
