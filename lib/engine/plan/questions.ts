import { isDeferred } from '../../core/deferred.ts'
import type { Question } from '../../core/probe.ts'
import type { Item } from '../../playbook/program.ts'
import { argsOf, settleArgs } from './arguments.ts'
import { probeOf } from './shared.ts'
import type { Session } from '../session.ts'
import type { Wanted } from '../look/observe.ts'

/** The questions of all items whose arguments are known by now. */
export function questionsOf(session: Session, items: readonly Item[]): Wanted[] {
  return items.flatMap((item) => {
    if (item.delegateTo !== undefined || item.runOnce || item.conditions.includes(false)) return []
    return questionsOfOne(session, item)
  })
}

/** The questions of an item, wherever it runs. */
export function questionsOfOne(session: Session, item: Item): Wanted[] {
  const args = isDeferred(item.task.args) ? settleArgs(item, session.results) : argsOf(item, item.task.args)
  if (args === undefined) return []
  return probeQuestions(item, args).map((question) => ({ user: item.user, question }))
}

function probeQuestions(item: Item, args: unknown): readonly Question[] {
  try {
    return probeOf(item, args).questions
  } catch {
    // Told when the task's turn comes.
    return []
  }
}
