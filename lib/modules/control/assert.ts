import { z } from 'zod'
import type { ArgsOf } from '../../core/args-of.ts'
import { UserError } from '../../core/errors.ts'
import { type Module, defineModule } from '../../core/module.ts'
import { known } from '../../core/probe.ts'

const shape = {
  /** What must be true: one condition, a list, or conditions by name, which the error then lists. */
  that: z.union([z.boolean(), z.array(z.boolean()), z.record(z.string(), z.boolean())]),
  /** What the error says. @default the names of the conditions that are false, or how many */
  message: z.string().min(1).optional(),
  /** What to do then. @default nothing */
  hint: z.string().min(1).optional(),
  /** What `-v` shows when all are true. @default 'all conditions are true' */
  successMessage: z.string().min(1).optional(),
}

export interface AssertArgs extends ArgsOf<typeof shape> {}

/**
 * Fails unless conditions are true: with `from`, of what earlier tasks found. It changes nothing and asks nothing, so a dry
 * run says the same wherever what it is made from is known.
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
