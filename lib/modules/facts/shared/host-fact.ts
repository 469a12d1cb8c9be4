import * as z from '../../../core/lazy-zod.ts'
import type { Deferred } from '../../../core/deferred.ts'
import { defineFact } from '../../../core/fact.ts'
import { ask, readerOfOne } from '../../../core/probe.ts'
import type { Resource } from '../../../core/resource.ts'
import { createTask } from '../../../core/create-task.ts'
import type { AnyModule, Task, TaskOptions } from '../../../core/task.ts'
import { type Lines, linesOf } from './lines.ts'

type NoArgs = Readonly<Record<string, never>>

/** A fact of the host as a whole: it takes no arguments, `facts.os('os')`. */
export interface HostFact<State> {
  (name: string, args?: NoArgs | Deferred<NoArgs>, options?: TaskOptions<State>): Task<State>
  readonly definition: AnyModule
}

/**
 * Defines a fact of the host as a whole.
 *
 * @param options.script prints lines that begin with a word, which says what the line is about
 * @param options.parse makes the state of these lines. What a host prints is not to be trusted: match it
 * @param options.sees what must not have changed for the answer to still hold
 */
export function hostFact<State>(options: {
  readonly name: string
  readonly script: string
  readonly parse: (lines: Lines) => State
  readonly sees: readonly Resource[]
}): HostFact<State> {
  const { name, script, parse, sees } = options
  const reader = readerOfOne<State>({
    name,
    ask: () => `LC_ALL=C\nexport LC_ALL\n${script}`,
    parse: (reply) => parse(linesOf(name, reply)),
    sees: () => sees,
  })
  const { definition } = defineFact<NoArgs, NoArgs, State>({
    name,
    args: z.strictObject({}),
    probe: () => ask(reader, ''),
  })
  const create = (
    task: string,
    args: NoArgs | Deferred<NoArgs> = {},
    taskOptions: TaskOptions<State> = {},
  ): Task<State> => createTask(definition, task, args, taskOptions as TaskOptions, create) as Task<State>
  return Object.assign(create, { definition })
}
