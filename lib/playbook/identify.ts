import { createHash } from 'node:crypto'
import { type Entry, type Item, tasksOf } from './program.ts'

/** What tells tasks of one name apart. The same on all hosts of the play, but for those of one name after the first one. */
export type Named = Pick<Item, 'handler' | 'play' | 'role' | 'task'>

export const nameOf = ({ handler, play, role, task }: Named): string =>
  [handler ? 'handler' : 'task', play, role, task.module.name, task.name].join('\0')

/** The same on all hosts of the play, and of no other task. */
export const keyOf = (item: Item): string => `${nameOf(item)}\0${item.nth}`

/**
 * Names a task across runs: a handler that is still owed is found again by it. The second of one name in a role has another name,
 * and is owed on its own.
 */
export function idOf({ host, play, role, task, nth }: Item): string {
  // Handlers of a play's own tasks have no role that keeps those of different plays apart.
  const owner = role === '' ? `play ${play}` : role
  const text = [host, owner, task.module.name, task.name, ...(nth > 0 ? [nth] : [])].join('\0')
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

/** Names the tasks that run once for all hosts of the play. */
export const keysOfOnce = (entries: readonly Entry[]): string[] =>
  tasksOf(entries).flatMap((item) => (item.runOnce ? [keyOf(item)] : []))
