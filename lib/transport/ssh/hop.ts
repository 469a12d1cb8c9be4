import { UserError } from '../../core/errors.ts'

/** A jump host as ProxyJump names it. */
export interface HopName {
  readonly alias: string
  readonly user: string | undefined
  readonly port: number | undefined
}

/** `[user@]host[:port]` or `ssh://…`, with IPv6 addresses in brackets. @throws UserError E_SSH_CONFIG */
export function parseHop(text: string): HopName {
  const plain = text
    .trim()
    .replace(/^ssh:\/\//, '')
    .replace(/\/$/, '')
  const at = plain.lastIndexOf('@')
  const user = at < 0 ? undefined : plain.slice(0, at)
  const [, bracketed, name, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(plain.slice(at + 1)) ?? []
  const alias = bracketed ?? name
  if (alias === undefined) throw new UserError('E_SSH_CONFIG', `ProxyJump ${text} is not [user@]host[:port]`)
  return { alias, user, port: port === undefined ? undefined : Number(port) }
}
