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
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map((issue) => describe(issue, Object.keys(schema.shape)))
  throw new UserError('E_BAD_VARS', `${where}: ${problems.join('; ')}`, { at })
}

function describe(issue: z.core.$ZodIssue, known: readonly string[]): string {
  if (issue.code === 'unrecognized_keys' && issue.path.length === 0) {
    return issue.keys.map((key) => unknownVar(key, known)).join('; ')
  }
  const name = issue.path.join('.')
  const missing = issue.code === 'invalid_type' && issue.input === undefined
  return missing ? `${name} is missing (${issue.message})` : `${name}: ${issue.message}`
}

/** "there is no var X, did you mean Y?" */
export function unknownVar(key: string, known: readonly string[]): string {
  const near = didYouMean(key, known)
  const hint = near === undefined ? `declared are ${known.join(', ') || 'none'}` : `did you mean ${near}?`
  return `there is no var ${key}: ${hint}`
}
