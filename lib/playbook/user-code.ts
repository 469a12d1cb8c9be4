import { placeOfArguments, placeOfError } from '../core/call-site.ts'
import { isSchemaError, messageOf } from '../core/error-message.ts'
import { UserError } from '../core/errors.ts'

/**
 * An exception that code of a playbook threw, as an error of the playbook with its line. An error that says itself what
 * is wrong, such as one of a second copy of this library, stays as it is.
 */
export function userFault(code: string, error: unknown, what: string): unknown {
  const own = error instanceof Error ? (error as { code?: unknown }).code : undefined
  if (typeof own === 'string' && /^E_[A-Z_]+$/.test(own)) return error
  const at = isSchemaError(error) ? placeOfArguments(error) : placeOfError(error)
  return new UserError(code, `${what}: ${messageOf(error)}`, { at, cause: error })
}
