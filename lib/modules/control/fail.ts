import * as z from '../../core/lazy-zod.ts'
import type { ArgsOf } from '../../core/args-of.ts'
import { UserError } from '../../core/errors.ts'
import { type Module, defineModule } from '../../core/module.ts'
import { known } from '../../core/probe.ts'

const shape = {
  /** Message of the error. */
  message: z.string().min(1),
  /** Hint of the error: what to do about it. @default none */
  hint: z.string().min(1).optional(),
}

export interface FailArgs extends ArgsOf<typeof shape> {}

/**
 * Always fails, so give it a `when`. To check that conditions are true, use `assert`.
 *
 * @dryRun Fails, as in a real run, unless `when` is false. It asks the host nothing. Unknown if `when` is.
 *
 * @throws UserError E_FAIL
 *
 * @example
 * const os = facts.os('os')
 * return [
 *   os,
 *   fail('only Debian', { message: 'this role knows Debian only' }, { when: from(os, ({ id }) => id !== 'debian') }),
 * ]
 */
export const fail: Module<FailArgs, undefined> = defineModule<FailArgs, FailArgs, undefined>({
  name: 'fail',
  args: z.strictObject(shape),
  ansible: { msg: 'message' },
  probe: () => known(undefined),
  plan: ({ message, hint }) => {
    throw new UserError('E_FAIL', message, { hint })
  },
  apply: () => [],
  touches: () => [],
})
