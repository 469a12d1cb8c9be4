import { createHash } from 'node:crypto'
import { UserError } from '../core/errors.ts'
import { type Task, flatten, isDeferred } from '../core/task.ts'
import { checkOptions, checkPlay } from './check-play.ts'
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
  /** Of all tasks, selected or not. */
  readonly tags: ReadonlySet<string>
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
    checkPlay(play)
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
  const known = new Set<string>()
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
        id: identify(host, play, role, one, handler ? namesakes(handlers, role, one) : 0),
      })
      const notify = handlersOf(task).map((handler) => {
        if (listed.has(handler))
          throw new UserError('E_BAD_HANDLER', `"${handler.name}" is notified and listed as a task`, {
            at: handler.at,
            hint: 'List it in notify only; it runs at the end of the play.',
          })
        if (!handlers.has(handler)) checkHandler(handler)
        const one = handlers.get(handler) ?? make(handler, true, [])
        handlers.set(handler, one)
        return one
      })
      const item = make(task, false, notify)
      for (const tag of item.tags) known.add(tag)
      if (isSelected(item.tags, selection)) items.push(item)
    }
  }
  return { host, items, handlers: [...handlers.values()], tags: known }
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

function checkHandler(handler: Task): void {
  checkOptions(handler)
  if (handler.options.notify !== undefined)
    throw new UserError(
      'E_BAD_HANDLER',
      `the handler "${handler.name}" notifies others, which would never run`,
      {
        at: handler.at,
        hint: 'Notify all of them from the task; they run in the order in which they are first notified.',
      },
    )
}

function refuse(task: Task, listed: ReadonlySet<Task>, handlers: ReadonlyMap<Task, Item>): void {
  checkOptions(task)
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

// A role that is used twice has two handlers of one name, and each is owed on its own.
const namesakes = (handlers: ReadonlyMap<Task, Item>, role: string, { name, module }: Task): number =>
  [...handlers.values()].filter(
    (other) => other.role === role && other.task.name === name && other.task.module.name === module.name,
  ).length

function identify(host: Host, play: Play, role: string, task: Task, nth: number): string {
  // Handlers of a play's own tasks have no role that keeps those of different plays apart.
  const owner = role === '' ? `play ${play.name}` : role
  const text = [host.name, owner, task.module.name, task.name, ...(nth > 0 ? [nth] : [])].join('\0')
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}
