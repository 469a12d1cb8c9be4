import type { ShellStep, Step } from '../../core/module.ts'
import type { Script } from '../../transport/transport.ts'
import { type Change, isShellStep } from './change.ts'
import { oweScript, owes, paidScript } from './ledger.ts'

/** A script of a change. */
export interface Entry {
  readonly change: Change
  readonly script: Script
  /** Whether it writes down or crosses out a handler. */
  readonly bookkeeping: boolean
}

/** What is owed is written down before the change, and crossed out after the handler, in the same stream. */
export function stepsWithMarks({ item, steps }: Change): { step: Step; bookkeeping: boolean }[] {
  const ours = (script: string) => ({ step: { script, brief: true }, bookkeeping: true })
  return [
    ...(owes(item) ? [ours(oweScript(item.notify))] : []),
    ...steps.map((step) => ({ step, bookkeeping: false })),
    ...(item.handler ? [ours(paidScript(item))] : []),
  ]
}

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
