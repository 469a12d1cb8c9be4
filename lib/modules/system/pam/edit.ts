import { UserError } from '../../../core/errors.ts'
import { type PamRule, newIdentity } from './args.ts'
import { type Entry, type Rule, entriesOf, isSame, newEntry, withRule } from './rule.ts'

/** The lines of a file of PAM with the rule as it is wanted. Other lines stay byte for byte. */
export function editPam(lines: readonly string[], given: PamRule): readonly string[] {
  return change(entriesOf(lines), given).flatMap((entry) => entry.lines)
}

function change(entries: readonly Entry[], given: PamRule): readonly Entry[] {
  const { state = 'updated', moduleArguments = [] } = given
  const isIt = ({ rule }: Entry): boolean => rule !== undefined && isSame(rule, given)
  if (state === 'absent') return entries.filter((entry) => !isIt(entry))
  if (state === 'updated') return updated(entries, given)
  if (state === 'argsAbsent')
    return entries.map((entry) =>
      isIt(entry) ? withArguments(entry, (is) => is.filter((one) => !moduleArguments.includes(one))) : entry,
    )
  if (!entries.some(isIt)) throw noRule(given)
  if (state === 'argsPresent')
    return entries.map((entry) =>
      isIt(entry) ? withArguments(entry, (is) => moduleArguments.reduce(withArgument, is)) : entry,
    )
  return beside(entries, given, state)
}

/** A rule that has its new type, control and path already is the one that is meant. */
function updated(entries: readonly Entry[], given: PamRule): readonly Entry[] {
  const { moduleArguments } = given
  const wanted = newIdentity(given)
  const old = entries.some(({ rule }) => rule !== undefined && isSame(rule, given)) ? given : wanted
  if (!entries.some(({ rule }) => rule !== undefined && isSame(rule, old))) throw noRule(given)
  return entries.map((entry) =>
    entry.rule !== undefined && isSame(entry.rule, old)
      ? withRule(entry, {
          ...(isSame(entry.rule, wanted) ? {} : changedParts(given)),
          ...(moduleArguments === undefined ? {} : { arguments: moduleArguments }),
        })
      : entry,
  )
}

const changedParts = ({ newType, newControl, newModulePath }: PamRule): Partial<Rule> => ({
  ...(newType === undefined ? {} : { type: newType }),
  ...(newControl === undefined ? {} : { control: newControl }),
  ...(newModulePath === undefined ? {} : { modulePath: newModulePath }),
})

function beside(entries: readonly Entry[], given: PamRule, side: 'before' | 'after'): readonly Entry[] {
  const wanted = newIdentity(given)
  // Turned round, what comes after is what comes before.
  const ordered = side === 'before' ? entries : entries.toReversed()
  const made: Entry[] = []
  for (const entry of ordered) {
    if (entry.rule !== undefined && isSame(entry.rule, given)) {
      const at = made.findLastIndex(({ isEmpty }) => !isEmpty)
      const neighbour = made[at]
      if (neighbour?.rule !== undefined && isSame(neighbour.rule, wanted))
        made[at] = withRule(neighbour, { arguments: given.moduleArguments ?? neighbour.rule.arguments })
      else made.push(newEntry(wanted, given.moduleArguments ?? [], entry.rule))
    }
    made.push(entry)
  }
  return side === 'before' ? made : made.toReversed()
}

const withArguments = (entry: Entry, make: (is: readonly string[]) => readonly string[]): Entry =>
  withRule(entry, { arguments: make(entry.rule?.arguments ?? []) })

/** Of several values of one name the last counts. */
function withArgument(is: readonly string[], wanted: string): readonly string[] {
  if (is.includes(wanted) && nameOf(wanted) === undefined) return is
  const name = nameOf(wanted)
  const at = name === undefined ? -1 : is.findLastIndex((one) => nameOf(one) === name)
  return at < 0 ? [...is, wanted] : is.with(at, wanted)
}

/** Of `name=value`, in brackets or not. */
const nameOf = (argument: string): string | undefined => /^\[?([^=\s]+)=/.exec(argument)?.[1]

const noRule = ({ path, type, control, modulePath }: PamRule): UserError =>
  new UserError('E_NO_RULE', `${path} has no rule ${type} ${control} ${modulePath}`, {
    hint: 'Compare type, control and path with the file: the rule must have all three.',
  })
