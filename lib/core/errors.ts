/**
 * An error for the person at the keyboard: what happened, and what to do next. Printed without a stack.
 *
 * Anything that is not a `UserError` is a bug of ours and is printed with its stack.
 *
 * @example
 * throw new UserError('E_UNKNOWN_HOST', 'node-x is not in the inventory', { hint: 'Did you mean node-a?' })
 */
export class UserError extends Error {
  override readonly name: string = 'UserError'
  /** Stable and greppable, such as `E_UNKNOWN_HOST`. */
  readonly code: string
  /** What to do next, one sentence. */
  readonly hint: string | undefined
  /** Where the user wrote it: `roles/web/role.ts:23`. */
  readonly at: string | undefined

  constructor(
    code: string,
    message: string,
    options: { hint?: string | undefined; at?: string | undefined; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.hint = options.hint
    this.at = options.at
  }
}

/** The host could not be reached or logged in to, or the connection was lost: exit status 4, not 2. */
export class UnreachableError extends UserError {
  override readonly name: string = 'UnreachableError'
}
