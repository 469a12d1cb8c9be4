import { UserError } from './errors.ts'
import { type SchemaIssue, describeIssue, issuePath } from './schema-issue.ts'
import { validate } from './schema.ts'
import { argsKey } from './args-key.ts'
import type { AnyModule } from './module-definition.ts'
import { refuseNested } from './nested-deferred.ts'
import { TASK } from './option-names.ts'
import { namesOf } from './schema-shape.ts'
import { didYouMean } from './suggest.ts'

type Checked = Map<AnyModule, Map<string, { readonly value: unknown }>>

/** What was checked since the plays of a run are compiled; undefined at other times, when files may have changed. */
let checked: Checked | undefined

/**
 * Compiles the plays of a run. Equal arguments are checked and rendered once meanwhile: a hundred hosts that want the
 * same cost what one costs.
 */
export function checkingEqualsOnce<T>(compile: () => T): T {
  const before = checked
  checked ??= new Map()
  try {
    return compile()
  } finally {
    checked = before
  }
}

/**
 * The arguments with defaults filled in.
 * @throws UserError naming the argument, the task and its line
 */
export function checkArgs(module: AnyModule, task: string, args: unknown, at: () => string): unknown {
  const key = checked === undefined ? undefined : argsKey(args)
  if (checked === undefined || key === undefined) return parseArgs(module, task, args, at)
  const known = checked.get(module) ?? new Map<string, { readonly value: unknown }>()
  checked.set(module, known)
  const value = known.get(key)?.value ?? parseArgs(module, task, args, at)
  known.set(key, { value })
  return value
}

function parseArgs(module: AnyModule, task: string, args: unknown, at: () => string): unknown {
  if (typeof args === 'object' && args !== null) refuseNested(module, task, args, at)
  const result = attempt(module, task, args, at)
  if (result.issues === undefined) return result.value
  const problems = argumentProblems(module, result.issues)
  throw new UserError('E_BAD_ARGUMENT', `${module.name} "${task}": ${problems.join('; ')}`, { at: at() })
}

/** What is wrong with arguments. A misspelled name also counts as missing under its right one: one mistake, one message. */
export function argumentProblems(
  { args, ansible = {} }: AnyModule,
  issues: readonly SchemaIssue[],
): string[] {
  const unknown = issues.filter(({ code }) => code === 'unrecognized_keys')
  if (unknown.length === 0) return issues.map(describeIssue)
  const names = namesOf(args)
  return unknown.flatMap((issue) => {
    const path = issuePath(issue)
    return (issue.keys ?? []).map((key) => {
      const instead = path === '' ? insteadOf(key, names, ansible) : undefined
      return `there is no argument ${path === '' ? key : `${path}.${key}`}${instead === undefined ? '' : `: ${instead}`}`
    })
  })
}

/** What to write instead of a name that no argument has. */
function insteadOf(
  key: string,
  names: readonly string[],
  ansible: Readonly<Record<string, string>>,
): string | undefined {
  if (Object.hasOwn(ansible, key)) return `here it is ${ansible[key]}`
  if (Object.hasOwn(TASK, key)) return 'it is an option of the task, which belongs behind the arguments'
  const near = didYouMean(key, names)
  return near && `did you mean ${near}?`
}

// What a schema reads on the way, such as a template, has its own codes and hints; it lacks the task and its line.
function attempt(module: AnyModule, task: string, args: unknown, at: () => string) {
  try {
    return validate(module.args, args)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    const { code, message, hint } = error
    const options = { hint, at: error.at ?? at(), cause: error }
    throw new UserError(code, `${module.name} "${task}": ${message}`, options)
  }
}
