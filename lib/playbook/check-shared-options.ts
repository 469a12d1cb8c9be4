import { UserError } from '../core/errors.ts'
import { mistake } from '../core/mistakes.ts'
import { didYouMean } from '../core/suggest.ts'
import { isDeferred } from '../core/deferred.ts'
import type { SharedOptions } from '../core/task.ts'

/**
 * TypeScript refuses a misspelled option, but playbooks are run without asking it, and may be JavaScript. An option that
 * nobody reads would silently do nothing: `notfy` would never restart anything.
 * @throws UserError for an option that is not among `known`
 */
export function refuseUnknown(
  options: object,
  known: Readonly<Record<string, true>>,
  where: string,
  at?: string | (() => string),
): void {
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(known, name)) continue
    const near = didYouMean(name, Object.keys(known))
    const hint = near === undefined ? `There are ${Object.keys(known).join(', ')}.` : `Did you mean ${near}?`
    mistake(
      new UserError('E_BAD_OPTION', `${where}: there is no option ${name}`, {
        at: typeof at === 'function' ? at() : at,
        hint,
      }),
    )
  }
}

const isListOfNames = (value: unknown): boolean =>
  value === undefined || (Array.isArray(value) && value.every((one) => typeof one === 'string' && one !== ''))

/** @throws UserError for a value that an option of tasks and groups cannot have */
export function checkShared(
  { becomeUser, become, delegateTo, environment, tags, timeoutMs, when }: SharedOptions,
  where: string,
  hosts: readonly string[],
  at: () => string | undefined,
): void {
  const bad = (what: string, hint?: string): void =>
    mistake(new UserError('E_BAD_OPTION', `${where}: ${what}`, { at: at(), hint }))
  if (!isListOfNames(tags)) bad('tags must be a list of names', "Write tags: ['deploy'].")
  if (become !== undefined && typeof become !== 'boolean') bad('become must be true or false')
  // As useradd and directories allow it.
  if (becomeUser !== undefined && !/^[A-Za-z0-9_][A-Za-z0-9_.@-]*\$?$/.test(becomeUser))
    bad(`becomeUser ${JSON.stringify(becomeUser)} is not the name of an account`)
  if (becomeUser === 'login')
    bad('becomeUser login is the word for the account that logs in', 'Use become: false for that one.')
  if (becomeUser !== undefined && become === false) bad('becomeUser contradicts become: false')
  if (timeoutMs !== undefined && !(Number.isInteger(timeoutMs) && timeoutMs > 0))
    bad('timeoutMs must be a whole number of milliseconds from 1')
  if (when !== undefined && typeof when !== 'boolean' && !isDeferred(when))
    bad('when takes true, false, or what from, changed or failed make')
  for (const [name, value] of Object.entries(environment ?? {}))
    if (!/^[A-Za-z_]\w*$/.test(name) || typeof value !== 'string' || value.includes('\0'))
      bad(
        `environment: ${name} is not a variable with text as its value`,
        'A secret goes to the env of a command: what is in the environment of a task shows in ps.',
      )
  const target = typeof delegateTo === 'object' ? delegateTo.name : delegateTo
  if (target !== undefined && !hosts.includes(target)) {
    const near = didYouMean(target, hosts)
    bad(
      `delegateTo: ${target} is not a host of the inventory`,
      near === undefined ? `There are ${hosts.join(', ')}.` : `Did you mean ${near}?`,
    )
  }
}
