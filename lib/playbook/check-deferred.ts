import { argumentProblems } from '../core/args.ts'
import { type Deferred } from '../core/deferred.ts'
import { UserError } from '../core/errors.ts'
import type { SchemaIssue } from '../core/schema-issue.ts'
import { validate } from '../core/schema.ts'
import type { Task } from '../core/task.ts'

/**
 * Checks the names of arguments that are made from what earlier tasks leave. The values are not known yet, so the view
 * is given something that answers to everything; what cannot be told from that is checked when the task's turn comes.
 * @throws UserError for an argument that the module does not have, for one that is missing, and for a variable that a template
 * does not have
 */
export function checkDeferredArgs(task: Task, deferred: Deferred<unknown>): void {
  const args = guess(() =>
    deferred.resolve(deferred.tasks.map(() => ({ changed: false, failed: false, state: anything() }))),
  )
  if (typeof args !== 'object' || args === null || isAnything(args)) return
  const result = guess(() => check(task, args))
  const issues = (result?.issues ?? []).filter((issue) => isCertain(issue, args))
  if (issues.length === 0) return
  const problems = argumentProblems(task.module, issues).join('; ')
  throw new UserError('E_BAD_ARGUMENT', `${task.module.name} "${task.name}": ${problems}`, { at: task.at })
}

function check(task: Task, args: object): ReturnType<typeof validate> {
  try {
    return validate(task.module.args, args)
  } catch (error) {
    // What a template misses it misses whatever the values are.
    if (error instanceof UserError && error.code === 'E_TEMPLATE_VARIABLE') throw error
    return { issues: [] }
  }
}

// A wrong value may come of the guess; a name that does not exist, or one that is not there, does not.
function isCertain({ code, path = [] }: SchemaIssue, args: object): boolean {
  if (code === 'unrecognized_keys') return path.length === 0
  const [first] = path
  return code === 'invalid_type' && path.length === 1 && typeof first === 'string' && !(first in args)
}

/** What a view makes of it; undefined when it cannot be guessed. */
function guess<T>(make: () => T): T | undefined {
  try {
    return make()
  } catch (error) {
    if (error instanceof UserError && error.code === 'E_TEMPLATE_VARIABLE') throw error
    return undefined
  }
}

const ANYTHING = Symbol('anything')

const isAnything = (value: unknown): boolean =>
  typeof value === 'function' && (value as { [ANYTHING]?: true })[ANYTHING] === true

/** A view may loop on what it is given; after so many steps it is left alone. */
const MOST_STEPS = 10_000

/** A value that has every field and can be called: whatever is done to it gives another one. */
function anything(): unknown {
  let steps = 0
  const value: unknown = new Proxy(() => {}, {
    get(_, name) {
      if (++steps > MOST_STEPS) throw new Error('too many steps')
      if (name === ANYTHING) return true
      if (name === Symbol.toPrimitive) return () => ''
      if (name === Symbol.iterator) return () => [value][Symbol.iterator]()
      if (name === 'toString' || name === 'toJSON') return () => ''
      if (name === 'length') return 1
      if (name === 'then') return undefined
      if (name === 'map' || name === 'flatMap')
        return (view: (item: unknown, index: number) => unknown) => [view(value, 0)].flat(1)
      return value
    },
    apply() {
      if (++steps > MOST_STEPS) throw new Error('too many steps')
      return value
    },
  })
  return value
}
