import { checkArgs } from './args.ts'
import { callSite } from './call-site.ts'
import { isDeferred } from './deferred.ts'
import { UserError } from './errors.ts'
import { checking, mistake } from './mistakes.ts'
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
  const named = nameOf(module, name, at)
  const checked = isDeferred(args)
    ? args
    : checking(
        () => checkArgs(module, named, args, () => at),
        () => args,
      )
  return Object.freeze({ kind: 'task', name: named, module, args: checked, options, at })
}

function nameOf(module: AnyModule, name: unknown, at: string): string {
  if (typeof name === 'string') return name
  mistake(
    new UserError('E_BAD_ARGUMENT', `${module.name}: the first argument must be the name of the task`, {
      at,
      hint: "Write a name before the arguments: copy('what it does', { … }).",
    }),
  )
  return module.name
}
