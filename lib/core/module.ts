import { createTask } from './create-task.ts'
import type { AnyModule, ModuleDefinition } from './module-definition.ts'
import type { Deferred, Task, TaskOptions } from './task.ts'

export type {
  AnyModule,
  Certain,
  Keeps,
  ModuleDefinition,
  NewLogin,
  Plan,
  Polling,
  RestartsHost,
  ShellStep,
  Step,
} from './module-definition.ts'

/** Arguments, or a value that `from` makes of what earlier tasks found. */
export type Given<Input> = Input | Deferred<Input>

/** Makes a task: what to call it, what is wanted, how the engine should treat it. */
export interface Module<Input, State> {
  (name: string, args: Given<Input>, options?: TaskOptions<State>): Task<State>
  readonly definition: AnyModule
}

/**
 * Defines a module. A comment above an argument of an object schema of Zod is what an editor shows for it.
 *
 * `leaves` predicts what the questions of `probe` answer after the change: later tasks of a dry run are planned on that. For files
 * there are `defineFileEdit`, and `probeFile` with `planFile`, which predict by themselves.
 *
 * @example
 * const zone = readerOfOne({
 *   name: 'zone',
 *   ask: () => 'readlink /etc/localtime || true',
 *   parse: ({ stdout }) => stdout.toString().trim().replace(/^.*zoneinfo\//, ''),
 *   sees: () => [paths.at('/etc/localtime')],
 * })
 * export const timezone = defineModule({
 *   name: 'timezone',
 *   args: z.strictObject({
 *     /** A name such as `Europe/Berlin`. *\/
 *     zone: z.string(),
 *   }),
 *   probe: () => ask(zone, ''),
 *   plan: (args, now) => ({
 *     changes: differences({ zone: args.zone }, { zone: now }),
 *     leaves: [predict(zone, '', args.zone)],
 *   }),
 *   apply: (args) => [{ script: sh`ln -sfn ${`/usr/share/zoneinfo/${args.zone}`} /etc/localtime` }],
 *   touches: () => [paths.at('/etc/localtime')],
 * })
 */
export function defineModule<Input, Args, State>(
  definition: ModuleDefinition<Input, Args, State>,
): Module<Input, State> {
  // The engine only hands back to a module what came from it.
  const module = definition as unknown as AnyModule
  const create = (name: string, args: Given<Input>, options: TaskOptions<State> = {}): Task<State> =>
    createTask(module, name, args, options as TaskOptions, create) as Task<State>
  return Object.assign(create, { definition: module })
}
