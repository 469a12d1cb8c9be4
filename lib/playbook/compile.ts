import { createHash } from 'node:crypto'
import { UserError } from '../core/errors.ts'
import { type Task, flatten, isDeferred } from '../core/task.ts'
import type { Host, Inventory } from './inventory.ts'
import { selectHosts } from './pattern.ts'
import type { Play } from './playbook.ts'
import { type TagSelection, isSelected } from './tags.ts'

/** A task of one host, with all that its play and role add to it. */
export interface Item {
  readonly task: Task
  readonly play: string
  /** The role's name; empty for tasks listed in the play itself. */
  readonly role: string
  readonly tags: readonly string[]
  readonly become: boolean
  readonly handler: boolean
  /** The handlers that it notifies, which are items of the same host. */
  readonly notify: readonly Item[]
  /** Names the item across runs: a handler that is still owed is found again by it. */
  readonly id: string
}

/** What one host does in one play. */
export interface HostPlay {
  readonly host: Host
  readonly items: readonly Item[]
  /** In the order in which they were first notified. */
  readonly handlers: readonly Item[]
}

export interface CompiledPlay {
  readonly play: Play
  readonly hosts: readonly HostPlay[]
}

/**
 * Expands plays into lists of tasks per host. Pure; everything that can be wrong with a playbook before asking a host
 * is found here.
 * @throws UserError naming the line of the playbook or role
 */
export function compilePlays(
  plays: readonly Play[],
  inventory: Inventory,
  hosts: readonly Host[],
  limited: readonly Host[],
  selection: TagSelection,
): CompiledPlay[] {
  return plays.map((play) => {
    const selected = selectHosts(inventory, hosts, play.hosts, `play ${play.name}`)
    const within = selected.filter((host) => limited.includes(host))
    return { play, hosts: within.map((host) => compileHost(play, host, selection)) }
  })
}

function compileHost(play: Play, host: Host, selection: TagSelection): HostPlay {
  const lists = [
    ...(play.roles?.(host) ?? []).flatMap((use) => (use ? [use] : [])),
    { role: '', tags: [], tasks: flatten(play.tasks?.(host) ?? []) },
  ]
  const handlers = new Map<Task, Item>()
  const items: Item[] = []
  const listed = new Set<Task>()
  for (const { role, tags, tasks } of lists) {
    for (const task of tasks) {
      refuse(task, listed, handlers)
      listed.add(task)
      const inherited = [...(play.tags ?? []), ...tags]
      const make = (one: Task, handler: boolean, notify: readonly Item[]): Item => ({
        task: one,
        play: play.name,
        role,
        tags: [...inherited, ...(one.options.tags ?? [])],
        become: one.options.become ?? play.become ?? true,
        handler,
        notify,
        id: identify(host, role, one),
      })
      const notify = handlersOf(task).map((handler) => {
        if (listed.has(handler))
          throw new UserError('E_BAD_HANDLER', `"${handler.name}" is notified and listed as a task`, {
            at: handler.at,
            hint: 'List it in notify only; it runs at the end of the play.',
          })
        const known = handlers.get(handler) ?? make(handler, true, [])
        handlers.set(handler, known)
        return known
      })
      const item = make(task, false, notify)
      if (isSelected(item.tags, selection)) items.push(item)
    }
  }
  return { host, items, handlers: [...handlers.values()] }
}

function handlersOf(task: Task): readonly Task[] {
  const { notify } = task.options
  const list =
    notify === undefined ? [] : Array.isArray(notify) ? (notify as readonly Task[]) : [notify as Task]
  for (const handler of list) {
    // JavaScript users can pass a name here, which would silently never run (ansible#14923).
    if (handler?.kind !== 'task')
      throw new UserError(
        'E_BAD_HANDLER',
        `"${task.name}" notifies ${JSON.stringify(handler)}, which is not a task`,
        {
          at: task.at,
          hint: 'Pass the handler itself: const restart = docker.restart(…); … { notify: restart }',
        },
      )
  }
  return list
}

function refuse(task: Task, listed: ReadonlySet<Task>, handlers: ReadonlyMap<Task, Item>): void {
  if (listed.has(task))
    throw new UserError('E_DUPLICATE_TASK', `"${task.name}" is listed twice`, { at: task.at })
  if (handlers.has(task))
    throw new UserError('E_BAD_HANDLER', `"${task.name}" is listed as a task and notified`, { at: task.at })
  for (const needed of dependencies(task)) {
    if (!listed.has(needed))
      throw new UserError(
        'E_BAD_DEPENDENCY',
        `"${task.name}" needs "${needed.name}", which is not listed before it`,
        {
          at: task.at,
          hint: 'List the task that it depends on earlier in the same play.',
        },
      )
  }
}

/** The tasks whose results the arguments or the condition of `task` are made from. */
export function dependencies(task: Task): readonly Task[] {
  const { when } = task.options
  return [...(isDeferred(task.args) ? task.args.tasks : []), ...(isDeferred(when) ? when.tasks : [])]
}

function identify(host: Host, role: string, task: Task): string {
  const text = [host.name, role, task.module.name, task.name].join('\0')
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}
