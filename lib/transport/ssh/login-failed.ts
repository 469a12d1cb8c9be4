import { UnreachableError } from '../../core/errors.ts'
import type { Identities } from './identity.ts'
import { connectFailed } from './socket.ts'
import type { SshTarget } from './target.ts'

export type LoginError = Error & { readonly level?: string; readonly code?: string | number }

/** What it means that ssh2 did not log in. @param verified whether the host key was already found to be right */
export function loginFailed(
  target: SshTarget,
  identities: Identities,
  cause: LoginError,
  verified: boolean,
): UnreachableError {
  const { host, settings } = target
  const { level, message, code } = cause
  // A number is the server's reason for hanging up (RFC 4253, 11.1): too many keys were offered.
  const hungUp = verified && typeof code === 'number'
  if (level === 'client-authentication' || level === 'agent' || hungUp)
    return refusedLogin(target, identities, hungUp ? message : undefined, cause)
  if (message.startsWith('Connection lost')) {
    const why = 'the server hung up before the login'
    return connectFailed(host, settings.port, why, Object.assign(cause, { code: 'ECONNRESET' }))
  }
  if (level === 'handshake' || level === 'protocol')
    return new UnreachableError('E_HANDSHAKE_FAILED', `${host} port ${settings.port}: ${message}`, { cause })
  return connectFailed(host, settings.port, message, cause)
}

/** The error for a login that the server refuses. @param said the server's words */
export function refusedLogin(
  { name, settings, sshArguments }: SshTarget,
  { offered, troubles, locked }: Pick<Identities, 'offered' | 'troubles' | 'locked'>,
  said: string | undefined,
  cause: unknown,
): UnreachableError {
  const why = [
    offered.length === 0 ? 'there was no key to offer' : `keys offered: ${offered.join(', ')}`,
    ...locked().map((file) => `${file} needs a passphrase`),
    ...troubles(),
    ...(said === undefined ? [] : [said]),
  ]
  const [file] = locked()
  return new UnreachableError('E_AUTH_FAILED', `${name} refused ${settings.user}: ${why.join('; ')}`, {
    hint: file === undefined ? `Does \`ssh ${sshArguments}\` log in?` : `Unlock it with: ssh-add ${file}`,
    cause,
  })
}
