import type { Deferred } from '../core/deferred.ts'
import type { Task, TaskList } from '../core/task.ts'

/** A task of one host, with all that its play, role and groups add to it. */
export interface Item {
  readonly task: Task
  readonly play: string
  /** The role's name; empty for tasks listed in the play itself. */
  readonly role: string
  readonly tags: readonly string[]
  /** Whose eyes and hands: `login`, `root`, or the name of another account. */
  readonly user: string
  readonly handler: boolean
  /** The handlers that it notifies, which are items of the same host. */
  readonly notify: readonly Item[]
  /** All must be true, those of the groups first. */
  readonly conditions: readonly (boolean | Deferred<boolean>)[]
  readonly environment: Readonly<Record<string, string>>
  readonly ignoreErrors: boolean
  /** The host that it runs on, where that is another one. */
  readonly delegateTo: string | undefined
  readonly runOnce: boolean
  /** Of each command, where the task or a group says so. */
  readonly timeoutMs: number | undefined
  /** The name of the host whose task it is. */
  readonly host: string
  /** How many tasks of the same name come before it. */
  readonly nth: number
}

/** A group with a rescue or with tasks that run in any case. */
export interface Block {
  readonly name: string
  readonly rescue: readonly Entry[]
}

/** Where an entry stands in a block. */
export interface Place {
  readonly block: Block
  readonly part: 'tasks' | 'rescue' | 'always'
}

/**
 * What a host does next, as if nothing failed: the tasks of a block are followed by those that always run, its rescue
 * is kept aside.
 */
export type Entry = TaskOfHost | TasksToMake | FailureAgain

export interface TaskOfHost {
  readonly kind: 'task'
  readonly item: Item
  /** From the outermost block to the innermost. */
  readonly places: readonly Place[]
  /** Set for a task that comes before the one that the run begins at. */
  readonly leftOut?: LeftOut | undefined
}

/** A task that is not run. */
export interface LeftOut {
  readonly because: string
  /** A later task reads what it finds: it is looked at, and counts where it has nothing to do. */
  readonly looked: boolean
}

/** Tasks that are made from what earlier ones find. */
export interface TasksToMake {
  readonly kind: 'make'
  readonly list: Deferred<TaskList>
  readonly places: readonly Place[]
  /** @throws UserError for a list that is wrong */
  readonly compile: (list: TaskList) => readonly Entry[]
}

/** Behind the tasks that always run: the failure that came before goes on outwards. */
export interface FailureAgain {
  readonly kind: 'failure'
  readonly places: readonly Place[]
}

/** The tasks of a program, in order. */
export const tasksOf = (entries: readonly Entry[]): Item[] =>
  entries.flatMap((entry) => (entry.kind === 'task' ? [entry.item] : []))

/** The tasks that the host is asked about. */
export const askedOf = (entries: readonly Entry[]): Item[] =>
  tasksOf(entries.filter((entry) => entry.kind !== 'task' || entry.leftOut?.looked !== false))

/**
 * What is left to do after a failure: the rescue of the innermost block that has one, and whatever always runs.
 * @param rest what would have come next without the failure
 * @returns undefined when no block deals with it: the host is done
 */
export function afterFailure(
  places: readonly Place[],
  rest: readonly Entry[],
): { readonly rest: readonly Entry[]; readonly rescued: boolean } | undefined {
  const place = places.at(-1)
  if (place === undefined) return undefined
  const outer = places.slice(0, -1)
  const within = (entry: Entry): boolean => entry.places.some(({ block }) => block === place.block)
  const behind = rest.filter((entry) => !within(entry))
  const always = rest.filter((entry) =>
    entry.places.some(({ block, part }) => block === place.block && part === 'always'),
  )
  if (place.part === 'tasks' && place.block.rescue.length > 0)
    return { rest: [...place.block.rescue, ...always, ...behind], rescued: true }
  if (place.part === 'always' || always.length === 0) return afterFailure(outer, behind)
  return { rest: [...always, { kind: 'failure', places: outer }, ...behind], rescued: isRescued(outer) }
}

/** Whether an outer block will deal with a failure. */
const isRescued = (places: readonly Place[]): boolean =>
  places.some(({ block, part }) => part === 'tasks' && block.rescue.length > 0)
