import type { ShellStep, Step } from '../../core/module.ts'
import type { Script } from '../../transport/transport.ts'
import { type Change, isShellStep } from './change.ts'
import { oweScript, paidScript } from './ledger.ts'

/** A script of a change. */
export interface Entry {
  readonly change: Change
  readonly script: Script
  /** Whether it writes down or crosses out a handler. */
  readonly bookkeeping: boolean
}

/** What is owed is written down before the change, and crossed out after the handler, in the same stream. */
export function stepsWithMarks(change: Change): { step: Step; bookkeeping: boolean }[] {
  const { item, steps } = change
  const ours = (script: string) => ({ step: { script, brief: true }, bookkeeping: true })
  return [
    ...(owes(change) ? [ours(oweScript(item.notify))] : []),
    ...steps.map((step) => ({ step, bookkeeping: false })),
    ...(item.handler ? [ours(paidScript(item))] : []),
  ]
}

/** Whether handlers are written down before it. */
export const owes = ({ item: { notify, delegateTo, task } }: Change): boolean =>
  notify.length > 0 && delegateTo === undefined && task.options.changedWhen !== false

export const entriesOf = (change: Change): Entry[] =>
  stepsWithMarks(change).flatMap(({ step, bookkeeping }, i) =>
    isShellStep(step) ? [{ change, script: scriptOf(step, i), bookkeeping }] : [],
  )

/** Whoever stops the run lets a change finish that has begun. */
export const scriptOf = (step: ShellStep, index: number): Script => ({
  kind: 'step',
  ...step,
  ...(index > 0 && { continues: true }),
})
