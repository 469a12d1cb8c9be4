import { UserError } from '../core/errors.ts'
import { didYouMean } from '../core/suggest.ts'

/** `--tags` and `--skip-tags`. */
export interface TagSelection {
  readonly tags: readonly string[]
  readonly skipTags: readonly string[]
}

/** Ansible's rules: `always` runs unless skipped by name, `never` runs only when one of the task's tags is asked for. */
export function isSelected(tags: readonly string[], { tags: wanted, skipTags }: TagSelection): boolean {
  if (tags.some((tag) => skipTags.includes(tag))) return false
  const asked = tags.some((tag) => wanted.includes(tag))
  if (tags.includes('never')) return asked
  return wanted.length === 0 || wanted.includes('all') || asked || tags.includes('always')
}

/** @throws UserError for a tag that no task has: a misspelled one would silently select nothing, or skip nothing */
export function refuseUnknownTags(tags: Iterable<string>, { tags: wanted, skipTags }: TagSelection): void {
  const known = new Set(tags)
  for (const [option, names] of [
    ['--tags', wanted],
    ['--skip-tags', skipTags],
  ] as const) {
    for (const name of names) {
      if (known.has(name) || ['all', 'always', 'never'].includes(name)) continue
      const near = didYouMean(name, known)
      const there =
        known.size === 0 ? 'None of them has a tag.' : `There are ${[...known].toSorted().join(', ')}.`
      throw new UserError('E_UNKNOWN_TAG', `${option}: no task of these hosts has the tag ${name}`, {
        hint: near === undefined ? there : `Did you mean ${near}?`,
      })
    }
  }
}
