import { type Reader, readerOfOne } from '../../../core/probe.ts'
import { ACCOUNT_FILES, groups, users } from '../../shared/account.ts'

/** The numbers that users and groups have, in order. One key, the empty text. */
export const takenIds: Reader<readonly number[]> = readerOfOne({
  name: 'taken ids',
  ask: () => SCRIPT,
  parse: ({ stdout }) => sorted((stdout.toString().match(/^\d+$/gm) ?? []).map(Number)),
  sees: () => [users.all, groups.all, ...ACCOUNT_FILES],
})

/** Each number once, in order. */
export const sorted = (ids: readonly number[]): readonly number[] =>
  [...new Set(ids)].toSorted((a, b) => a - b)

// What LDAP and the like have is taken as well, where they tell it.
const SCRIPT = `{
  cat /etc/passwd /etc/group
  ! command -v getent >/dev/null || { getent passwd; getent group; } 2>/dev/null
} | cut -d: -f3 | grep -x '[0-9][0-9]*'
exit 0`
