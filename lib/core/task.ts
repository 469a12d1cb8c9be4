import type { ModuleDefinition } from './module.ts'
import type { Resource } from './resource.ts'
import { UserError } from './errors.ts'
import { callSite } from './call-site.ts'

/** How the engine treats a task. Never mixed with the module's own arguments. */
export interface TaskOptions {
  /** Handlers to run once at the end of the play when this task changed something. */
  readonly notify?: Task | readonly Task[] | undefined
  /** Selected by `--tags` and `--skip-tags`; `always` and `never` as in Ansible. */
  readonly tags?: readonly string[] | undefined
  /** Skip the task unless true. */
  readonly when?: boolean | Deferred<boolean> | undefined
  /** Run as root through sudo. @default the play's `become` */
  readonly become?: boolean | undefined
  /**
   * What the change may alter, where you know it better than the module, such as `['path:/etc/app/**']` for a
   * command. Answers about anything else stay valid. @default what the module declares
   */
  readonly touches?: readonly Resource[] | undefined
  /** Report a failure and go on. @default false */
  readonly ignoreErrors?: boolean | undefined
}

/** One wanted piece of state, as a frozen value. Nothing runs until the engine walks the list. */
export interface Task<State = unknown> {
  readonly kind: 'task'
  readonly name: string
  readonly module: ModuleDefinition<unknown, unknown>
  readonly args: unknown
  readonly options: TaskOptions
  /** Where it was written, `roles/web/role.ts:23`. */
  readonly at: string
  /** Never set; carries the type for `from`. */
  readonly state?: State
}

/** A list of tasks; nested lists and `condition && task` are flattened. */
export type TaskList = readonly (Task | TaskList | false | null | undefined)[]

/** A value that is known only once earlier tasks of the same host have run. */
export interface Deferred<Value> {
  readonly kind: 'deferred'
  readonly tasks: readonly Task[]
  readonly resolve: (results: readonly TaskResult[]) => Value
}

/** What a task left behind on a host. */
export interface TaskResult<State = unknown> {
  readonly changed: boolean
  readonly state: State
}

/**
 * Arguments made from the state that an earlier task of the same list leaves behind.
 *
 * @example
 * docker('web', from(image, ({ id }) => ({ name: 'web', image: id })))
 */
export function from<State, Value>(task: Task<State>, view: (state: State) => Value): Deferred<Value> {
  return { kind: 'deferred', tasks: [task], resolve: ([result]) => view(result?.state as State) }
}

/** True when the task changed something in this run; for `when`. */
export function changed(task: Task): Deferred<boolean> {
  return { kind: 'deferred', tasks: [task], resolve: ([result]) => result?.changed === true }
}

export function isDeferred(value: unknown): value is Deferred<unknown> {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'deferred'
}

/** All tasks of a nested list, in order. */
export function flatten(list: TaskList): Task[] {
  return list.flatMap((item) =>
    Array.isArray(item) ? flatten(item as TaskList) : item ? [item as Task] : [],
  )
}

/** What modules call; arguments that are known now are checked now. */
export function createTask(
  module: ModuleDefinition<unknown, unknown>,
  name: string,
  args: unknown,
  options: TaskOptions,
  caller: (...args: never[]) => unknown,
): Task {
  const at = callSite(caller)
  const checked = isDeferred(args) ? args : checkArgs(module, name, args, at)
  return Object.freeze({ kind: 'task', name, module, args: checked, options, at })
}

/** The arguments with defaults filled in. @throws UserError naming the argument, the task and its line */
export function checkArgs(
  module: ModuleDefinition<unknown, unknown>,
  task: string,
  args: unknown,
  at: string,
): unknown {
  const parsed = parseArgs(module, task, args, at)
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues.map((issue) => {
    const path = issue.path.join('.')
    return path === '' ? issue.message : `${path}: ${issue.message}`
  })
  throw new UserError('E_BAD_ARGUMENT', `${module.name} "${task}": ${issues.join('; ')}`, { at })
}

// What a schema reads on the way, such as a template, has its own codes and hints; it lacks the task and its line.
function parseArgs(
  module: ModuleDefinition<unknown, unknown>,
  task: string,
  args: unknown,
  at: string,
): ReturnType<typeof module.args.safeParse> {
  try {
    return module.args.safeParse(args)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    const { code, message, hint } = error
    throw new UserError(code, `${module.name} "${task}": ${message}`, {
      hint,
      at: error.at ?? at,
      cause: error,
    })
  }
}
