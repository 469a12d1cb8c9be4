import { isDeferred } from './deferred.ts'
import { UserError } from './errors.ts'
import type { AnyModule } from './module-definition.ts'
import { namesOf } from './schema-shape.ts'
import type { Deferred } from './task.ts'

const DEEPEST = 4

/** Refuses what `from` makes in the place of one argument: all of them wait for a result, or none. */
export function refuseNested(module: AnyModule, task: string, args: object, at: () => string): void {
  const names = namesOf(module.args)
  const [found] = Object.entries(args)
    .filter(([name]) => names.length === 0 || names.includes(name))
    .flatMap(([name, value]) => deferredIn(value, name, 1) ?? [])
  if (found === undefined) return
  const { path, reads } = found
  const made = reads === 'state' ? 'from' : reads
  throw new UserError('E_BAD_ARGUMENT', `${module.name} "${task}": ${path} is a ${made}(…), not a value`, {
    at: at(),
    hint:
      made === 'from'
        ? 'from goes around all arguments of the task: from(…, (result) => ({ … })).'
        : 'It is a condition: it belongs in the option when, behind the arguments.',
  })
}

interface Nested {
  readonly path: string
  readonly reads: Deferred<unknown>['reads']
}

function deferredIn(value: unknown, path: string, depth: number): Nested | undefined {
  if (isDeferred(value)) return { path, reads: value.reads }
  if (depth === DEEPEST || typeof value !== 'object' || value === null) return undefined
  if (!Array.isArray(value) && Object.getPrototypeOf(value) !== Object.prototype) return undefined
  for (const [name, one] of Object.entries(value)) {
    const found = deferredIn(one, `${path}.${name}`, depth + 1)
    if (found !== undefined) return found
  }
  return undefined
}
