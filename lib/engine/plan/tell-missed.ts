import { keysOfOnce } from '../../playbook/identify.ts'
import type { Entry } from '../../playbook/program.ts'
import type { Session } from '../session.ts'

/**
 * Tells the other hosts which of the tasks that run once this one does not come to any more, so that nobody waits for it.
 * @param before what was to come
 * @param after what comes now
 */
export function tellMissed(
  { host, others }: Session,
  before: readonly Entry[],
  after: readonly Entry[],
): void {
  // Mostly one task ended, and what came behind it comes now.
  const ended = before.length === after.length + 1 && after.every((entry, i) => entry === before[i + 1])
  const keys = keysOfOnce(ended ? before.slice(0, 1) : before)
  if (keys.length === 0) return
  const left = new Set(keysOfOnce(after))
  others.missed(
    host.name,
    keys.filter((key) => !left.has(key)),
  )
}
