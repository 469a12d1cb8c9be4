import type { AnyModule } from './module-definition.ts'
import type { Resource } from './resource.ts'

export type { AnyModule } from './module-definition.ts'

/** Options that tasks and groups have in common. */
export interface SharedOptions {
  /** Handlers to run at the end of the play if the task changed something. Each runs once. */
  readonly notify?: Task | readonly Task[] | undefined
  /** Selected by `--tags` and `--skip-tags`; `always` and `never` as in Ansible. */
  readonly tags?: readonly string[] | undefined
  /** If it is false, the task is skipped. */
  readonly when?: boolean | Deferred<boolean> | undefined
  /** Run as root. @default the play's `become` */
  readonly become?: boolean | undefined
  /** Run as this user instead of root. Implies `become`. @default root */
  readonly becomeUser?: string | undefined
  /** Environment variables of every command. They show in `ps`: pass secrets in `env` of a command. @default none */
  readonly environment?: Readonly<Record<string, string>> | undefined
  /** Report a failure as ignored, and continue with the next task. @default false */
  readonly ignoreErrors?: boolean | undefined
  /** Run on this host of the inventory instead. Results, conditions and reports still belong to the host of the play. */
  readonly delegateTo?: string | { readonly name: string } | undefined
  /**
   * Run once for all hosts of the play: the first host runs it, the other hosts wait and use its result. If the first host
   * fails before it gets to the task, the next host runs it. @default false
   */
  readonly runOnce?: boolean | undefined
  /** How long each command, or each step of a channel, may take, in milliseconds. @default 600_000, ten minutes */
  readonly timeoutMs?: number | undefined
}

/** How the engine treats a task. Never mixed with the module's own arguments. */
export interface TaskOptions<State = unknown> extends SharedOptions {
  /**
   * What the change may alter, if you know more about it than the module does, such as `[paths.below('/etc/app')]` for a
   * command. Everything else is not probed again. @default what the module declares
   */
  readonly touches?: readonly Resource[] | undefined
  /** Repeat the task if it fails, or until a condition is true. @default one attempt */
  readonly retry?: Retry<State> | undefined
  /** Decides whether the task counts as changed, for example from the output of a command. @default the module decides */
  readonly changedWhen?: boolean | ((result: TaskResult<State>) => boolean) | undefined
  /**
   * Decides whether the task failed; the exit code is then ignored. Returned text is the reason of the failure.
   * @default the module decides
   */
  readonly failedWhen?: ((result: TaskResult<State>) => boolean | string) | undefined
  /**
   * Run the commands in the background on the host, so that they continue if the connection is lost. The next run finds
   * them and waits for them instead of starting them again. @default false
   */
  readonly background?: boolean | undefined
  /** Show the output of the commands. @default false */
  readonly show?: boolean | undefined
  /** Never show the diff of a file, for example of a file with passwords. @default false */
  readonly noDiff?: boolean | undefined
}

/** How to repeat a task. */
export interface Retry<State = unknown> {
  /** Total number of attempts. @default 3 */
  readonly times?: number | undefined
  /** Pause between two attempts, in milliseconds. @default 5000 */
  readonly delayMs?: number | undefined
  /** Repeat until this returns true. @default until an attempt succeeds */
  readonly until?: ((result: TaskResult<State>) => boolean) | undefined
}

/** One piece of desired state, as a frozen value. To create a task runs nothing; the engine runs it later. */
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
  /** Shown in messages. */
  readonly name?: string | undefined
}

/** Further tasks of a group, for failures and for the end. */
export interface GroupEnds {
  /** Tasks to run if a task of the group fails. If they succeed, the host continues after the group. */
  readonly rescue?: TaskList | undefined
  /** Tasks to run in any case, also if a task of `rescue` fails. */
  readonly always?: TaskList | undefined
}

/** A value that is known only after earlier tasks have run on the host. */
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
