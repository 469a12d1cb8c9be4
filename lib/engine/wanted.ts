import type { Question } from '../core/probe.ts'
import { type Task, isDeferred } from '../core/task.ts'
import type { Item } from '../playbook/compile.ts'
import { settleArgs } from './plan-task.ts'
import { type Session, type Wanted, userOf } from './session.ts'

/** The questions of all items whose arguments are known by now. */
export function questionsOf(session: Session, items: readonly Item[]): Wanted[] {
  return items.flatMap((item) => {
    if (item.task.options.when === false) return []
    const args = isDeferred(item.task.args) ? settleArgs(item.task, session.results) : item.task.args
    if (args === undefined) return []
    return probeQuestions(item.task, args).map((question) => ({ user: userOf(item), question }))
  })
}

function probeQuestions({ module }: Task, args: unknown): readonly Question[] {
  try {
    return module.probe(args).questions
  } catch {
    // Told when the task's turn comes.
    return []
  }
}
