import type { AclArgs } from './args.ts'

/** Permissions such as `r-x`, by entry as getfacl -n writes it: `user:`, `user:1000`, `group:`, `mask:`, `other:`. */
export type Entries = Readonly<Record<string, string>>

/** The access control list of a file or directory. */
export interface AccessList {
  readonly access: Entries
  /** What new files in a directory get. Empty where nothing is set. */
  readonly default: Entries
}

/**
 * What `chmod` leaves as it is: all but the entries that are the mode. The entry of the group is the mode where there is no mask; otherwise
 * the mask is.
 */
export interface OwnList extends AccessList {
  readonly masked: boolean
}

const isMode = (key: string, masked: boolean): boolean =>
  key === 'user:' || key === 'other:' || key === (masked ? 'mask:' : 'group:')

/** Without what the mode says. */
export function ownList({ access, default: inherited }: AccessList): OwnList {
  const masked = 'mask:' in access
  const own = Object.entries(access).filter(([key]) => !isMode(key, masked))
  return { access: Object.fromEntries(own), default: inherited, masked }
}

/** Together with the mode of the file. */
export function fullList({ access, default: inherited, masked }: OwnList, mode: string): AccessList {
  const [user = '', group = '', other = ''] = Array.from(mode.slice(-3), (digit) =>
    ['r', 'w', 'x'].map((letter, i) => ((Number(digit) & (4 >> i)) === 0 ? '-' : letter)).join(''),
  )
  const shown = { 'user:': user, [masked ? 'mask:' : 'group:']: group, 'other:': other }
  return { access: { ...access, ...shown }, default: inherited }
}

/** An entry of a task, with the account by number. */
export interface WantedEntry extends Pick<
  AclArgs,
  'permissions' | 'default' | 'recursive' | 'recalculateMask'
> {
  /** As in {@link Entries}. */
  readonly key: string
}

/**
 * The list after `setfacl` has set or removed the entry. A mask is added when a user or group is named, and is the union of all
 * that it limits.
 */
export function changed(list: AccessList, wanted: WantedEntry, isDirectory: boolean): AccessList {
  const which = wanted.default === true ? 'default' : 'access'
  const entries = list[which]
  if (wanted.permissions === undefined) {
    // With -R, setfacl computes the mask of all that it visits.
    if (!(wanted.key in entries) && wanted.recursive !== true) return list
    const { [wanted.key]: _, ...rest } = entries
    return { ...list, [which]: masked(rest, wanted) }
  }
  const runs = isDirectory || Object.values(list.access).some((bits) => bits.includes('x'))
  // The first default entry brings those that a list needs.
  const base = which === 'default' && Object.keys(entries).length === 0 ? basic(list.access) : entries
  const set = { ...base, [wanted.key]: bitsOf(wanted.permissions, runs) }
  return { ...list, [which]: masked(set, wanted) }
}

const basic = (entries: Entries): Entries =>
  Object.fromEntries(Object.entries(entries).filter(([key]) => /^(user|group|other):$/.test(key)))

/** `rwx` in their places. */
export function bitsOf(permissions: string, runs: boolean): string {
  const has = (letter: string): boolean =>
    permissions.includes(letter) || (letter === 'x' && runs && permissions.includes('X'))
  return ['r', 'w', 'x'].map((letter) => (has(letter) ? letter : '-')).join('')
}

function masked(entries: Entries, { key, recalculateMask = true }: WantedEntry): Entries {
  const had = 'mask:' in entries
  if (!had && !Object.keys(entries).some((name) => /^(user|group):./.test(name))) return entries
  if (had && (key === 'mask:' || !recalculateMask)) return entries
  const limited = Object.keys(entries).filter((name) => /^(user:.|group:)/.test(name))
  const counted = recalculateMask ? limited : ['group:']
  return { ...entries, 'mask:': bitsOf(counted.map((name) => entries[name]).join(''), false) }
}

/** Whether it has entries that only count with a mask. */
export const needsMask = (entries: Entries): boolean =>
  Object.keys(entries).some((name) => /^(user|group):./.test(name))

/** The mode that `stat` shows: its group bits are the mask, where there is one. */
export function modeOf({ access }: AccessList, mode: string): string {
  const digit = (bits = '---'): number =>
    [...bits].reduce((sum, letter, i) => sum + (letter === '-' ? 0 : 4 >> i), 0)
  const shown = [access['user:'], access['mask:'] ?? access['group:'], access['other:']]
  return `${mode.slice(0, 1)}${shown.map(digit).join('')}`
}
