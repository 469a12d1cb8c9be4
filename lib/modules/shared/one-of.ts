import type { z } from 'zod'

type Args = Readonly<Record<string, unknown>>

/**
 * For a schema: exactly one of two arguments is needed.
 *
 * @param isGiven @default whether it is not undefined
 */
export const oneOf =
  (one: string, other: string, isGiven = (args: Args, name: string) => args[name] !== undefined) =>
  (args: Args, context: z.RefinementCtx): void => {
    const names = [one, other]
    const given = names.filter((name) => isGiven(args, name))
    if (given.length !== 1)
      context.addIssue({ code: 'custom', message: needed(names, given.length === 2, args) })
  }

/** What to say of arguments of which one is needed. @param both whether both are given */
export function needed(names: readonly string[], both: boolean, args: Args): string {
  const empty = names.find((name) => Object.hasOwn(args, name) && args[name] === undefined)
  if (both) return `${names.join(' or ')} is needed, not both`
  return `${names.join(' or ')} is needed${empty === undefined ? '' : `, and ${empty} is undefined`}`
}
