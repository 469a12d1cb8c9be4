import { UserError } from '../core/errors.ts'
import { Secret } from '../core/secret.ts'
import { didYouMean } from '../core/suggest.ts'
import { refuseUnknown } from './check-shared-options.ts'
import { type VarsSchema, varNames } from './vars.ts'

/** A var that the operator is asked for. Its schema says what may be typed, and what counts if nothing is. */
export interface Prompt {
  /** The question. @default the description of the var, otherwise its name */
  readonly text?: string | undefined
  /** What is typed does not show, and the var is a `Secret`: its schema is `secretValue`. @default false */
  readonly private?: boolean | undefined
  /** Ask twice, and take it only if both are the same. @default false */
  readonly confirm?: boolean | undefined
}

export type Prompts = Readonly<Record<string, Prompt | undefined>>

/** @throws UserError E_BAD_OPTION for a prompt of a var that the playbook does not have, or with an option that there is not */
export function checkPrompts(prompts: Prompts, vars: VarsSchema, at: string | undefined): void {
  const names = varNames(vars)
  for (const [name, prompt] of Object.entries(prompts)) {
    if (!names.includes(name)) {
      const near = didYouMean(name, names)
      throw new UserError('E_BAD_OPTION', `the playbook asks for ${name}, which is not one of its vars`, {
        at,
        hint: near === undefined ? 'Declare it in vars.' : `Did you mean ${near}?`,
      })
    }
    refuseUnknown(prompt ?? {}, { text: true, private: true, confirm: true }, `the prompt for ${name}`, at)
  }
}

/** The prompts of vars whose value is not given. */
export const openPrompts = (
  prompts: Prompts | undefined,
  given: Readonly<Record<string, unknown>>,
): readonly (readonly [name: string, prompt: Prompt])[] =>
  Object.entries(prompts ?? {}).flatMap(([name, prompt]) =>
    prompt === undefined || Object.hasOwn(given, name) ? [] : [[name, prompt] as const],
  )

/** The vars whose value is never shown. */
export const privateVars = (prompts: Prompts | undefined): readonly string[] =>
  Object.entries(prompts ?? {}).flatMap(([name, prompt]) => (prompt?.private === true ? [name] : []))

/** Secrets that stand in where nobody is asked, as for `--list-tasks`: which tasks there are does not depend on them. */
export const standIns = (
  prompts: Prompts | undefined,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, Secret>> =>
  Object.fromEntries(
    openPrompts(prompts, given).flatMap(([name, prompt]) =>
      prompt.private === true ? [[name, new Secret(name, `«${name}»`)]] : [],
    ),
  )
