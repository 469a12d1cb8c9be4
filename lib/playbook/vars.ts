import type { z } from 'zod'
import { didYouMean } from '../core/suggest.ts'
import { UserError } from '../core/errors.ts'

/** `vars` checked against `schema`, defaults filled in. @throws UserError naming each wrong, missing or misspelled var */
export function checkVars<Schema extends z.ZodObject>(
  schema: Schema,
  vars: unknown,
  where: string,
  at?: string,
): z.output<Schema> {
  const parsed = schema.safeParse(vars)
  if (parsed.success) return guarded(parsed.data, Object.keys(schema.shape), where, at)
  const problems = parsed.error.issues.map((issue) => describe(issue, vars, Object.keys(schema.shape)))
  throw new UserError('E_BAD_VARS', `${where}: ${problems.join('; ')}`, { at })
}

// Reading a misspelled var would put the word "undefined" into a file. What JavaScript itself looks for is let through.
function guarded<Vars extends object>(
  vars: Vars,
  known: readonly string[],
  where: string,
  at?: string,
): Vars {
  return new Proxy(vars, {
    get(target, name) {
      const allowed = typeof name === 'symbol' || name in target || known.includes(name) || PROTOCOL.has(name)
      if (!allowed) throw new UserError('E_BAD_VARS', `${where}: ${unknownVar(name, known)}`, { at })
      return Reflect.get(target, name) as unknown
    },
  })
}

const PROTOCOL: ReadonlySet<string> = new Set(['then', 'toJSON', 'asymmetricMatch', '$$typeof', 'nodeType'])

function describe(issue: z.core.$ZodIssue, vars: unknown, known: readonly string[]): string {
  if (issue.code === 'unrecognized_keys' && issue.path.length === 0) {
    return issue.keys.map((key) => unknownVar(key, known)).join('; ')
  }
  const name = issue.path.join('.')
  const missing = issue.code === 'invalid_type' && valueAt(vars, issue.path) === undefined
  return missing ? `${name} is missing (${issue.message})` : `${name}: ${issue.message}`
}

// The issue itself does not tell what it found.
const valueAt = (vars: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], vars)

/** "there is no var X, did you mean Y?" */
export function unknownVar(key: string, known: readonly string[]): string {
  const near = didYouMean(key, known)
  const hint = near === undefined ? `declared are ${known.join(', ') || 'none'}` : `did you mean ${near}?`
  return `there is no var ${key}: ${hint}`
}
