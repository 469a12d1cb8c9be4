import * as z from '../../core/lazy-zod.ts'
import type { ArgsOf } from '../../core/args-of.ts'
import { UserError } from '../../core/errors.ts'
import { type Module, defineModule } from '../../core/module.ts'
import { known } from '../../core/probe.ts'

const shape = {
  /** One condition, a list of conditions, or conditions by name. The error lists the names of those that are false. */
  that: z.union([z.boolean(), z.array(z.boolean()), z.record(z.string(), z.boolean())]),
  /** Message of the error. @default the names or numbers of the conditions that are false */
  message: z.string().min(1).optional(),
  /** Hint of the error: what to do about it. @default none */
  hint: z.string().min(1).optional(),
  /** What `-v` shows if all conditions are true. @default 'all conditions are true' */
  successMessage: z.string().min(1).optional(),
}

export interface AssertArgs extends ArgsOf<typeof shape> {}

/**
 * Fails if a condition is false. Use `from` for conditions on the results of earlier tasks. It never changes the host. A dry
 * run gives the same result as a real run, if these results are known in the dry run.
 *
 * @dryRun Ok or failed, as in a real run. It asks the host nothing. Unknown if a condition is made from the result of a task
 * that is itself unknown.
 *
 * @throws UserError E_ASSERT
 *
 * @example
 * const memory = facts.memory('memory')
 * return [
 *   memory,
 *   assert('enough memory', from(memory, ({ total }) => ({ that: { '1 GB of memory': total >= 1e9 } }))),
 * ]
 */
export const assert: Module<AssertArgs, undefined> = defineModule<AssertArgs, AssertArgs, undefined>({
  name: 'assert',
  args: z.strictObject(shape),
  ansible: { msg: 'message', fail_msg: 'message', success_msg: 'successMessage' },
  probe: () => known(undefined),
  plan: ({ that, message, hint, successMessage = 'all conditions are true' }) => {
    const wrong = falseOnes(that)
    if (wrong.length === 0) return { changes: [], because: successMessage }
    throw new UserError('E_ASSERT', message ?? `not true: ${wrong.join(', ')}`, { hint })
  },
  apply: () => [],
  touches: () => [],
})

function falseOnes(that: AssertArgs['that']): string[] {
  const named = typeof that === 'boolean' ? { 'the condition': that } : that
  const entries = Object.entries(named)
  return entries
    .filter(([, holds]) => !holds)
    .map(([name]) => (Array.isArray(that) ? `condition ${Number(name) + 1}` : name))
}
