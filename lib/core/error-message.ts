import { UserError } from './errors.ts'
import { plainMessage } from './plain-message.ts'
import { type SchemaIssue, describeIssue } from './schema-issue.ts'

/** What an error says, in one line. The error of a schema says what is wrong with each value. */
export function messageOf(error: unknown): string {
  if (isSchemaError(error))
    return error.issues.map((one) => describeIssue({ ...one, message: plainMessage(one.message) })).join('; ')
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join('; ')
  return error instanceof Error ? error.message : String(error)
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
