import { createTask } from './create-task.ts'
import type { AnyModule, ModuleDefinition } from './module-definition.ts'
import type { Deferred, Task, TaskOptions } from './task.ts'

export type {
  AnyModule,
  Certain,
  Keeps,
  ModuleDefinition,
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
 * Defines a module.
 *
 * @example
 * export const motd = defineModule({
 *   name: 'motd',
 *   args: z.strictObject({ text: z.string() }),
 *   probe: () => ask(fileReaders.text, '/etc/motd'),
 *   plan: (args, text) => ({ changes: differences({ text: args.text }, { text }) }),
 *   apply: (args) => [replaceFile('/etc/motd', args.text)],
 *   touches: () => [paths.at('/etc/motd')],
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
