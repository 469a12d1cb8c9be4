import type { Entry, TasksToMake } from '../../playbook/program.ts'
import { settled } from './arguments.ts'
import { describeError } from '../report/failure.ts'
import type { Session } from '../session.ts'

export type MadeTasks =
  | { readonly kind: 'made'; readonly entries: readonly Entry[] }
  /** What they are made from was skipped, so there are none. */
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown'; readonly after: string }
  | { readonly kind: 'failed'; readonly because: string }

/** Makes tasks from what was found. What is wrong with them is told as a failed task. */
export function makeTasks(session: Session, { list, compile }: TasksToMake): MadeTasks {
  try {
    const made = settled(list, session.results)
    if (made.kind === 'skip') return { kind: 'none' }
    if (made.kind === 'unknown') return made
    return { kind: 'made', entries: compile(made.value) }
  } catch (error) {
    const task = `tasks made from ${list.tasks.map(({ name }) => `"${name}"`).join(' and ')}`
    const at = list.tasks[0]?.at ?? ''
    session.mode.emit({
      type: 'task',
      play: '',
      host: session.host.name,
      role: '',
      task,
      module: 'from',
      status: 'failed',
      changes: [],
      durationMs: 0,
      at,
      error: describeError(error),
    })
    return { kind: 'failed', because: `the ${task} are wrong` }
  }
}
