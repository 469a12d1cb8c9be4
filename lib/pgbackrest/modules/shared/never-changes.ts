import { callSite } from '../../../core/call-site.ts'
import type { Deferred } from '../../../core/deferred.ts'
import type { Module } from '../../../core/module.ts'
import type { Task, TaskOptions } from '../../../core/task.ts'

/** A module that always runs its command and proves something by it: that it ran counts as no change. */
export function neverChanges<Input, State>(module: Module<Input, State>): Module<Input, State> {
  const create = (
    name: string,
    args: Input | Deferred<Input>,
    options: TaskOptions<State> = {},
  ): Task<State> =>
    Object.freeze({ ...module(name, args, { changedWhen: false, ...options }), at: callSite(create) })
  return Object.assign(create, { definition: module.definition })
}
