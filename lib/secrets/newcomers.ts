import type { Identity } from './identity.ts'
import type { Recipient } from './recipients.ts'
import type { Vault } from './vault.ts'

/**
 * Of those who are listed in `recipients.txt`, for whom the store is not encrypted yet. A line in a file lets nobody in: whoever
 * can change the files of the project could add one. Somebody who can read the store accepts it.
 */
export function newcomers(
  listed: readonly Recipient[],
  { secrets, recipients }: Vault,
  { recipients: own }: Identity,
): readonly Recipient[] {
  // A store that was encrypted by hand does not say for whom.
  if (secrets.size > 0 && recipients.length === 0) return []
  return listed.filter(({ key }) => !recipients.includes(key) && !own.includes(key))
}
