import { createHash } from 'node:crypto'
import type { Task } from '../core/task.ts'
import type { Host } from './inventory.ts'
import type { Play } from './playbook.ts'

/** The name of a handler across runs. The second of one name in a role has another one, and is owed on its own. */
export function identify(host: Host, play: Play, role: string, task: Task, nth: number): string {
  // Handlers of a play's own tasks have no role that keeps those of different plays apart.
  const owner = role === '' ? `play ${play.name}` : role
  const text = [host.name, owner, task.module.name, task.name, ...(nth > 0 ? [nth] : [])].join('\0')
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}
