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
