import { checkArgs } from './args.ts'
import { callSite } from './call-site.ts'
import { isDeferred } from './deferred.ts'
import { checking } from './mistakes.ts'
import type { AnyModule } from './module-definition.ts'
import type { Task, TaskOptions } from './task.ts'

/** What modules call; arguments that are known now are checked now. */
export function createTask(
  module: AnyModule,
  name: string,
  args: unknown,
  options: TaskOptions,
  caller: (...args: never[]) => unknown,
): Task {
  const at = callSite(caller)
  const checked = isDeferred(args)
    ? args
    : checking(
        () => checkArgs(module, name, args, () => at),
        () => args,
      )
  return Object.freeze({ kind: 'task', name, module, args: checked, options, at })
}
