import type { AnyModule } from './module-definition.ts'
import type { Resource } from './resource.ts'

export type { AnyModule } from './module-definition.ts'

/** Options that tasks and groups have in common. */
export interface SharedOptions {
  /** Handlers to run once at the end of the play when something changed. */
  readonly notify?: Task | readonly Task[] | undefined
  /** Selected by `--tags` and `--skip-tags`; `always` and `never` as in Ansible. */
  readonly tags?: readonly string[] | undefined
  /** Skip unless true. */
  readonly when?: boolean | Deferred<boolean> | undefined
  /** Run as root. @default the play's `become` */
  readonly become?: boolean | undefined
  /** Run as this account instead of root. Implies `become`. @default root */
  readonly becomeUser?: string | undefined
  /** Environment of every command. Shows in `ps`: secrets go to the `env` of a command. @default nothing */
  readonly environment?: Readonly<Record<string, string>> | undefined
  /** Report a failure as ignored and go on. @default false */
  readonly ignoreErrors?: boolean | undefined
  /** Run on this host of the inventory instead. Results, conditions and reports stay those of the play's host. */
  readonly delegateTo?: string | { readonly name: string } | undefined
  /**
   * Run once for all hosts of the play: the first host of the play runs it, the others wait and take over its result.
   * A host that fails before is followed by the next one. @default false
   */
  readonly runOnce?: boolean | undefined
  /** Milliseconds that each command may take. @default 600_000, ten minutes */
  readonly timeoutMs?: number | undefined
}

/** How the engine treats a task. Never mixed with the module's own arguments. */
export interface TaskOptions<State = unknown> extends SharedOptions {
  /**
   * What the change may alter, where you know it better than the module, such as `[paths.below('/etc/app')]` for a
   * command. Answers about anything else stay valid. @default what the module declares
   */
  readonly touches?: readonly Resource[] | undefined
  /** Try again when it fails, or until it is as wanted. @default one attempt */
  readonly retry?: Retry<State> | undefined
  /** Whether a change counts as one: for a command that says so itself. @default the module decides */
  readonly changedWhen?: boolean | ((result: TaskResult<State>) => boolean) | undefined
  /**
   * Whether it failed, instead of the exit code. Text is the reason. @default the module decides
   */
  readonly failedWhen?: ((result: TaskResult<State>) => boolean | string) | undefined
  /**
   * The commands go on when the connection is lost: they run in the background of the host and are asked after.
   * A second run finds them and waits for them instead of starting them twice. @default false
   */
  readonly background?: boolean | undefined
  /** Show what the commands print. @default false */
  readonly show?: boolean | undefined
  /** Never show what differs in file bodies, as for a file that holds passwords. @default false */
  readonly noDiff?: boolean | undefined
}

/** When an attempt is not enough. */
export interface Retry<State = unknown> {
  /** Attempts in all. @default 3 */
  readonly times?: number | undefined
  /** Milliseconds between two attempts. @default 5000 */
  readonly delayMs?: number | undefined
  /** Further attempts are made until this is true. @default until an attempt does not fail */
  readonly until?: ((result: TaskResult<State>) => boolean) | undefined
}

/** One wanted piece of state, as a frozen value. Nothing runs until the engine walks the list. */
export interface Task<State = unknown> {
  readonly kind: 'task'
  readonly name: string
  readonly module: AnyModule
  readonly args: unknown
  readonly options: TaskOptions
  /** Where it was written, `roles/web/role.ts:23`. */
  readonly at: string
  /** Never set; carries the type for `from`. */
  readonly state?: State | undefined
}

/** Tasks that share options, and what to do when one of them fails. */
export interface Group {
  readonly kind: 'group'
  readonly options: GroupOptions
  readonly tasks: TaskList
  readonly rescue: TaskList
  readonly always: TaskList
  readonly at: string
}

export interface GroupOptions extends SharedOptions {
  /** For messages. */
  readonly name?: string | undefined
}

/** What happens beside the tasks of a group. */
export interface GroupEnds {
  /** Run when a task of the group fails. If they succeed, the host goes on behind the group. */
  readonly rescue?: TaskList | undefined
  /** Run in any case, also when the rescue fails. */
  readonly always?: TaskList | undefined
}

/** A value that is known only once earlier tasks of the same host have run. */
export interface Deferred<Value> {
  readonly kind: 'deferred'
  readonly tasks: readonly Task[]
  /** What it needs to know of the tasks: the state they leave, or only how they ended. */
  readonly reads: 'state' | 'changed' | 'failed'
  readonly resolve: (results: readonly TaskResult[]) => Value
}

/** What a task left behind on a host. */
export interface TaskResult<State = unknown> {
  readonly changed: boolean
  readonly failed: boolean
  readonly state: State
}

/** Tasks and groups in order; nested lists and `condition && task` are flattened. */
export type TaskList = readonly TaskEntry[]
export type TaskEntry = Task | Group | Deferred<TaskList> | TaskList | false | null | undefined

/** All entries of a nested list, in order. */
export function flatten(list: TaskList): (Task | Group | Deferred<TaskList>)[] {
  return list.flatMap((entry) => {
    if (!entry) return []
    return Array.isArray(entry) ? flatten(entry as TaskList) : [entry as Task | Group | Deferred<TaskList>]
  })
}
