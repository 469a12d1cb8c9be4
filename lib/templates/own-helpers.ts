import { UserError } from '../core/errors.ts'
import { BLOCK_NAMES } from './expressions.ts'
import { HELPERS, type Helper } from './helpers.ts'
import { type Taint, plainValue } from './plain.ts'

/** Helpers of a project, by name. */
export type OwnHelpers = Readonly<Record<string, (...args: never[]) => unknown>>

/** One name, as Handlebars reads it. */
const NAME = /^(?!(?:this|else|true|false|null|undefined|as)$)[A-Za-z_$][\w$-]*$/

/**
 * All helpers: ours, and those of the project. What one of these gives is plain data from then on, as the variables are.
 * @throws UserError E_TEMPLATE_HELPER for a name that is taken, or is none
 */
export function withOwn(own: OwnHelpers, taint: Taint): ReadonlyMap<string, Helper> {
  const helpers = new Map(HELPERS)
  for (const [name, run] of Object.entries(own)) {
    if (!NAME.test(name)) throw badName(`${name} is no name for a helper`)
    if (HELPERS.has(name) || BLOCK_NAMES.some((block) => block === name)) {
      throw badName(`there is a helper ${name} already`)
    }
    helpers.set(name, {
      takes: [run.length, Infinity],
      run: (...args) => plainValue(Reflect.apply(run, undefined, args), taint),
      own: true,
    })
  }
  return helpers
}

/** The same without the functions: what they give depends on the variables. */
export function namesOfOwn(own: OwnHelpers): ReadonlyMap<string, Helper> {
  const unknown = (): never => {
    throw new Error('not known yet')
  }
  const entries = [...withOwn(own, { secret: false })]
  return new Map(entries.map(([name, helper]) => [name, helper.own ? { ...helper, run: unknown } : helper]))
}

/** @throws UserError E_TEMPLATE_HELPER for a helper that would hide a variable */
export function refuseHidden(own: OwnHelpers, vars: object, path: string): void {
  const hidden = Object.keys(own).find((name) => Object.hasOwn(vars, name))
  if (hidden === undefined) return
  throw new UserError('E_TEMPLATE_HELPER', `${path}: ${hidden} is a helper and one of the variables`, {
    hint: 'Give one of them another name.',
  })
}

const badName = (problem: string): UserError =>
  new UserError('E_TEMPLATE_HELPER', problem, { hint: 'Give the helper another name.' })
