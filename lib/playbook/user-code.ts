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
  return new UserError(code, `${what}: ${asWritten(messageOf(error))}`, { at, cause: error })
}

/** An import that does not exist is found when it is called, under the name that the compiler gave it. */
const asWritten = (message: string): string =>
  message.replace(
    /^\(0 , \w+\.(\w+)\) is not a function$/,
    '$1 is not a function: check the name and the file that it is imported from',
  )
