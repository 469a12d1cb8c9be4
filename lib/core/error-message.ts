import { UserError } from './errors.ts'
import { type SchemaIssue, describeIssue, plainIssues } from './schema-issue.ts'

/**
 * What an error says, in one line. The error of a schema says what is wrong with each value; one of the system says it
 * without its code, and with the path that it is about.
 *
 * @param named the path that the caller names itself
 */
export function messageOf(error: unknown, named?: string): string {
  if (isSchemaError(error)) return plainIssues(error.issues).map(describeIssue).join('; ')
  if (error instanceof AggregateError && error.message === '')
    return error.errors.map((one) => messageOf(one)).join('; ')
  if (!(error instanceof Error)) return String(error)
  // Node.js: "ENOENT: no such file or directory, open '/srv/x'"
  const words = /^E[A-Z\d]+: (.*?), \w+(?: '.*)?$/s.exec(error.message)?.[1]
  if (words === undefined) return error.message
  return 'path' in error && typeof error.path === 'string' && error.path !== named
    ? `${words}: ${error.path}`
    : words
}

/** Thrown by `schema.parse(…)` of Zod, of whatever copy. */
export const isSchemaError = (error: unknown): error is Error & { readonly issues: readonly SchemaIssue[] } =>
  error instanceof Error &&
  /^\$?ZodError$/.test(error.name) &&
  'issues' in error &&
  Array.isArray(error.issues)

/** Why a question has no answer. A plain `Error` was meant for people; a `TypeError` and the like are faults. */
export function askFailed(who: string, error: unknown): unknown {
  if (error instanceof UserError || FAULTS.some((fault) => error instanceof fault)) return error
  return new UserError('E_ASK_FAILED', `${who}: ${messageOf(error)}`, { cause: error })
}

const FAULTS = [TypeError, ReferenceError, RangeError, SyntaxError]
