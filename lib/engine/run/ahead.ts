import { EVERYTHING } from '../../core/resource.ts'
import type { Item } from '../../playbook/program.ts'
import type { Wanted } from '../look/observe.ts'
import { questionsOf } from '../plan/questions.ts'
import { planTask } from '../plan/plan-task.ts'
import type { Session } from '../session.ts'

/**
 * The questions of the next tasks, as far as it makes sense to ask them now: up to the first one that is expected to
 * make a change of which nobody knows what it touches: that may alter all answers behind it, and asking for all of them
 * after every such change would ask n² questions.
 *
 * Works on what is known before the changes under way are settled, when old answers tell what to expect.
 */
export function questionsAhead(session: Session, items: readonly Item[]): Wanted[] {
  const window: Item[] = []
  for (const item of items) {
    window.push(item)
    const verdict = planTask(item, session.snapshot, session.results)
    const expected = verdict.kind === 'wait' ? verdict.today : verdict
    if (expected?.kind === 'change' && expected.touches.includes(EVERYTHING)) break
  }
  return questionsOf(session, window)
}
