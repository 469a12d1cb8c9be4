import { errorCodes } from '../core/error-codes.ts'
import type { ErrorCodes } from '../core/error-codes/error-code.ts'
import { UserError } from '../core/errors.ts'
import { didYouMean } from '../core/suggest.ts'

/** What an error code means, and what to do about it. */
export interface ExplainedCode {
  readonly code: string
  readonly means: string
  readonly todo: string
}

/** Whether `name` looks like an error code: no var is written so. */
export const isErrorCode = (name: string): boolean => /^E_[A-Z0-9_]+$/.test(name)

/** @throws UserError for a code that there is not, with the nearest one that there is */
export function explainCode(code: string): ExplainedCode {
  const groups: readonly ErrorCodes[] = Object.values(errorCodes)
  const known = new Map(groups.flatMap((group) => Object.entries(group)))
  const found = known.get(code)
  if (found === undefined) {
    const near = didYouMean(code, [...known.keys()])
    throw new UserError('E_USAGE', `there is no error code ${code}`, {
      hint:
        near === undefined ? 'All of them are in docs/errors.md of the package.' : `Did you mean ${near}?`,
    })
  }
  const [means, todo] = found
  return { code, means, todo }
}
