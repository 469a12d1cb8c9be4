import { UserError } from '../core/errors.ts'
import type { ConnectionType } from '../transport/connection-type.ts'
import { local } from '../transport/connections/local.ts'
import { ssh } from '../transport/connections/ssh.ts'

/** The short words that an inventory may say instead of a connection. */
const BY_NAME: Readonly<Record<string, ConnectionType>> = { ssh: ssh(), local: local() }

/**
 * The connection that an inventory means.
 * @param where for the message: `host web-1`
 * @throws UserError E_BAD_CONNECTION for what is none
 */
export function connectionOf(value: unknown, where: string, at?: string): ConnectionType {
  if (value === undefined) return connectionOf('ssh', where, at)
  if (typeof value === 'string' && Object.hasOwn(BY_NAME, value)) return BY_NAME[value] as ConnectionType
  // A class would not survive a second copy of the library in the user's node_modules.
  if (typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'connection')
    return value as ConnectionType
  const what = typeof value === 'string' ? `"${value}"` : typeof value === 'function' ? 'a function' : 'this'
  const hint =
    typeof value === 'function'
      ? 'Call it: connection: dockerExec({ container: … }).'
      : "Use 'ssh', 'local', ssh({ … }), local(), dockerExec({ … }), chroot({ … }) or a connection of your own."
  throw new UserError('E_BAD_CONNECTION', `${where}: ${what} is not a connection`, { at, hint })
}
