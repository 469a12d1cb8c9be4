import pLimit from 'p-limit'
import { isDeferred } from '../../core/deferred.ts'
import type { Item } from '../../playbook/program.ts'
import { argsOf, settleArgs } from './arguments.ts'
import { noteLoaded } from './shared.ts'
import type { Session } from '../session.ts'

const limit = pLimit(4)
const loading = new WeakMap<object, Promise<void>>()

/**
 * Reads what modules need of this machine, such as the hash of a file: each once, for all hosts, before the questions
 * are answered. What cannot be read is told when the task is planned.
 */
export async function loadFiles(session: Session, items: readonly Item[]): Promise<void> {
  const needed = items.filter(({ task }) => task.module.load !== undefined)
  await Promise.all(needed.map((item) => loadOne(session, item)))
}

function loadOne(session: Session, item: Item): Promise<void> {
  const args = isDeferred(item.task.args) ? settleArgs(item, session.results) : argsOf(item, item.task.args)
  if (typeof args !== 'object' || args === null) return Promise.resolve()
  const { load } = item.task.module
  const known =
    loading.get(args) ??
    limit(async () => load?.(args))
      .then(() => noteLoaded(args))
      .catch(() => {})
  loading.set(args, known)
  return known
}
