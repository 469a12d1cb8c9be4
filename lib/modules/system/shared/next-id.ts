import { UserError } from '../../../core/errors.ts'

export interface IdRange {
  readonly min: number
  readonly max: number
  /** Given from the top down, as useradd does for system accounts. */
  readonly down?: boolean | undefined
}

/**
 * The number of a new account, as useradd would choose it: one above all that are in use, or for system accounts one below
 * them. Chosen here, so that a dry run knows it.
 *
 * @throws UserError where none is free
 */
export function nextId({ min, max, down = false }: IdRange, taken: readonly number[]): number {
  const inRange = new Set(taken.filter((id) => id >= min && id <= max))
  const beyond = down ? Math.min(max + 1, ...inRange) - 1 : Math.max(min - 1, ...inRange) + 1
  if (beyond >= min && beyond <= max) return beyond
  const step = down ? -1 : 1
  for (let id = down ? max : min; id >= min && id <= max; id += step) if (!inRange.has(id)) return id
  throw new UserError('E_ID_TAKEN', `no number from ${min} to ${max} is free for a new account`, {
    hint: 'Remove accounts that nobody needs, or give the number: uid or gid.',
  })
}
