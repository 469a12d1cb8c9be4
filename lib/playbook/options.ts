import { UserError } from '../core/errors.ts'
import { didYouMean } from '../core/suggest.ts'

/**
 * TypeScript refuses a misspelled option, but playbooks are run without asking it, and may be JavaScript. An option that
 * nobody reads would silently do nothing: `notfy` would never restart anything.
 * @throws UserError for an option that is not among `known`
 */
export function refuseUnknown(
  options: object,
  known: Readonly<Record<string, true>>,
  where: string,
  at?: string,
): void {
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(known, name)) continue
    const near = didYouMean(name, Object.keys(known))
    const hint = near === undefined ? `There are ${Object.keys(known).join(', ')}.` : `Did you mean ${near}?`
    throw new UserError('E_BAD_OPTION', `${where}: there is no option ${name}`, { at, hint })
  }
}
