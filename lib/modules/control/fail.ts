import { z } from 'zod'
import type { ArgsOf } from '../../core/args-of.ts'
import { UserError } from '../../core/errors.ts'
import { type Module, defineModule } from '../../core/module.ts'
import { known } from '../../core/probe.ts'

const shape = {
  /** What the error says. */
  message: z.string().min(1),
  /** What to do then. @default nothing */
  hint: z.string().min(1).optional(),
}

export interface FailArgs extends ArgsOf<typeof shape> {}

/**
 * Fails, always: give it a `when`. For conditions that are to hold use `assert`.
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
  probe: () => known(undefined),
  plan: ({ message, hint }) => {
    throw new UserError('E_FAIL', message, { hint })
  },
  apply: () => [],
  touches: () => [],
})
