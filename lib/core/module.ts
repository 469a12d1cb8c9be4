import type { ZodType } from 'zod'
import type { Change } from './change.ts'
import type { PostgresTarget } from '../postgres/target.ts'
import type { Prediction, Probe, Reply } from './probe.ts'
import type { Resource } from './resource.ts'
import type { Secret } from './secret.ts'
import { type Deferred, type Task, type TaskOptions, createTask } from './task.ts'

/** One command of a change, as a value: the engine streams them in order and stops at the first that fails. */
export type Step = ShellStep | SqlStep

export interface ShellStep {
  /** POSIX sh. Shows in `ps` on the host: what is secret goes to `stdin`. */
  readonly script: string
  /** Sent byte for byte. A `{ file }` on the operator's machine is streamed, never held in memory. */
  readonly stdin?: string | Buffer | Secret | { readonly file: string } | undefined
  /** Milliseconds. @default 600_000 */
  readonly timeoutMs?: number | undefined
  /** When it fails the last line of its stderr says why, better than the command does. @default false */
  readonly explains?: boolean | undefined
}

export interface SqlStep {
  /** One statement. Identifiers and literals are escaped by the module (`pg.escapeIdentifier`). */
  readonly sql: string
  readonly on: PostgresTarget
}

/** What a module makes of wanted and observed. */
export interface Plan {
  /** Empty: nothing to do. */
  readonly changes: readonly Change[]
  /** Why there is nothing to do, shown with `-v`: `already 0640 root:root`. */
  readonly because?: string | undefined
  /**
   * What the module's questions will answer once the change is made. Later tasks plan on it. A question of this
   * task that is left out is *unknown* afterwards: later tasks that need it wait for the change.
   */
  readonly leaves?: readonly Prediction[] | undefined
}

/**
 * A kind of state on a host: how to read it, how to compare it, how to mend it. `probe` comes first in the
 * literal: inference runs in property order.
 */
export interface ModuleDefinition<Args, State> {
  /** snake_case, as printed. */
  readonly name: string
  /** Refuses misspelled and missing arguments before any host is touched. Use `z.strictObject`. */
  readonly args: ZodType<Args>
  /** Reads, never writes. */
  readonly probe: (args: Args) => Probe<State>
  /** Pure: no I/O, no clock. Throws a `UserError` for a state that it must not mend. */
  readonly plan: (args: Args, state: State) => Plan
  /** Pure: the commands that make the change. Only called when `plan` found changes. Safe to run again half done. */
  readonly apply: (args: Args, state: State) => readonly Step[]
  /**
   * What the change may alter on the host. `state` is undefined while it is not known yet: then whatever the change
   * may be. @default everything, and all that follows is asked again
   */
  readonly touches?: ((args: Args, state: State | undefined) => readonly Resource[]) | undefined
  /** What is left to do after applying. @default the changes of `plan` on the state read afterwards */
  readonly verify?: ((args: Args, before: State, after: State) => readonly Change[]) | undefined
  /** Its steps only wait until the host is as wanted: what was waited for is reported as ok, not as changed. */
  readonly waits?: boolean | undefined
  /** The state that `from(task, …)` sees after a change, when replies of the steps belong to it. */
  readonly outcome?: ((after: State, replies: readonly Reply[]) => State) | undefined
}

/** Makes a task: what to call it, what is wanted, how the engine should treat it. */
export interface Module<Args, State> {
  (name: string, args: Args | Deferred<Args>, options?: TaskOptions): Task<State>
  readonly definition: ModuleDefinition<Args, State>
}

/**
 * Defines a module.
 *
 * @example
 * export const motd = defineModule({
 *   name: 'motd',
 *   args: z.strictObject({ text: z.string() }),
 *   probe: () => ask(readText, '/etc/motd'),
 *   plan: (args, text) => ({ changes: differences({ text: args.text }, { text }) }),
 *   apply: (args) => [{ script: 'cat > /etc/motd', stdin: args.text }],
 * })
 */
export function defineModule<Args, State>(definition: ModuleDefinition<Args, State>): Module<Args, State> {
  const create = (name: string, args: Args | Deferred<Args>, options: TaskOptions = {}): Task<State> =>
    createTask(definition as ModuleDefinition<unknown, unknown>, name, args, options, create) as Task<State>
  return Object.assign(create, { definition })
}
