import type { AnyModule, Plan, Step } from '../../core/module.ts'
import type { Probe } from '../../core/probe.ts'
import type { Item } from '../../playbook/program.ts'
import { answerKey } from '../look/answer-key.ts'
import { questionId } from '../look/question-id.ts'

/*
 * What a module makes of equal arguments and equal answers is kept once, however many hosts have them: compiling makes equal arguments one
 * object. So the memory of a run follows what differs. Only what is made from nothing else is kept here: an answer may be a prediction,
 * but which it is, whose it is and what the change touches are of one host, and are worked out for each.
 */

/** Plans that are kept for equal arguments. Hosts that all differ would otherwise fill the memory with what nobody has in common. */
const MOST = 16

/** What a module makes of its arguments and the answers. */
export interface Made {
  readonly plan: Plan
  /** Asked for where something is to do. @throws what the module throws */
  readonly steps: () => readonly Step[]
}

/** What is kept for arguments, once a second task has them: what only one host has nobody shares, and it ends with that host. */
interface Kept {
  readonly first: Item
  common?: { readonly probe: Probe<unknown>; readonly plans: Map<string, Made> } | undefined
}

const kept = new WeakMap<object, Kept>()
const loaded = new WeakSet<object>()

/** What the module reads of this machine for these arguments has been read. */
export const noteLoaded = (args: object): void => void loaded.add(args)

/** The probe of a task with these arguments: the same one for all that have them. @throws what the module throws */
export const probeOf = (item: Item, args: unknown): Probe<unknown> =>
  commonOf(item, args)?.probe ?? item.task.module.probe(args)

/**
 * The plan of a task with these arguments and answers: the same one for all that have them.
 * @param state what the probe makes of the answers
 * @throws what the module throws
 */
export function planOf(item: Item, args: unknown, answers: readonly unknown[], state: unknown): Made {
  const { module } = item.task
  const plans = commonOf(item, args)?.plans
  if (plans === undefined) return make(module, args, state)
  const key = answers.map(answerKey).join('\0')
  const known = plans.get(key) ?? make(module, args, state)
  // The last one that was used comes last.
  plans.delete(key)
  plans.set(key, known)
  for (const oldest of plans.keys()) {
    if (plans.size <= MOST) break
    plans.delete(oldest)
  }
  return known
}

function commonOf(item: Item, args: unknown): Kept['common'] {
  const { module } = item.task
  if (typeof args !== 'object' || args === null || (module.load !== undefined && !loaded.has(args)))
    return undefined
  const known = kept.get(args)
  if (known === undefined) kept.set(args, { first: item })
  // One object may be the arguments of two modules.
  if (known === undefined || known.first === item || known.first.task.module !== module) return undefined
  known.common ??= commonFor(module, args)
  return known.common
}

// A probe that asks something else each time is made each time, and told of where its answer is missing.
function commonFor(module: AnyModule, args: unknown): Kept['common'] {
  const probe = module.probe(args)
  const [one, other] = [probe, module.probe(args)].map(({ questions }) =>
    questions.map(questionId).join('\n'),
  )
  return one === other ? { probe, plans: new Map() } : undefined
}

function make(module: AnyModule, args: unknown, state: unknown): Made {
  const plan = module.plan(args, state)
  let steps: readonly Step[] | undefined
  return { plan, steps: () => (steps ??= module.apply(args, state)) }
}
