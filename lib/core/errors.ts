/** Marks errors of ours, also those of a second copy of the library, which a playbook may have loaded. */
const KIND = Symbol.for('run-playbook.error')

const isKind = (value: unknown, kinds: readonly string[]): boolean =>
  typeof value === 'object' &&
  value !== null &&
  KIND in value &&
  kinds.includes(String((value as { [KIND]: unknown })[KIND]))

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

  static override [Symbol.hasInstance](value: unknown): boolean {
    return this === UserError
      ? isKind(value, ['user', 'unreachable'])
      : Function.prototype[Symbol.hasInstance].call(this, value)
  }

  constructor(
    code: string,
    message: string,
    options: { hint?: string | undefined; at?: string | undefined; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.hint = options.hint
    this.at = options.at
    Object.defineProperty(this, KIND, { value: 'user', configurable: true })
  }
}

/** The host could not be reached or logged in to, or the connection was lost: exit status 4, not 2. */
export class UnreachableError extends UserError {
  override readonly name: string = 'UnreachableError'

  static override [Symbol.hasInstance](value: unknown): boolean {
    return this === UnreachableError
      ? isKind(value, ['unreachable'])
      : Function.prototype[Symbol.hasInstance].call(this, value)
  }

  constructor(...args: ConstructorParameters<typeof UserError>) {
    super(...args)
    Object.defineProperty(this, KIND, { value: 'unreachable' })
  }
}
