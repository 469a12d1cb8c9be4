import { createHash } from 'node:crypto'
import { hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import { UserError } from '../../core/errors.ts'

/** What the percent tokens of an ssh config stand for. */
export interface TokenValues {
  /** As it was asked for. */
  readonly alias: string
  /** After HostName. */
  readonly host: string
  readonly port: number
  readonly user: string
  readonly hostKeyAlias?: string | undefined
  readonly proxyJump?: string | undefined
}

/** The home folder that ssh uses: from the passwd file, whatever HOME says. */
export const sshHome = (): string => userInfo().homedir

/**
 * `~`, `${VARIABLES}` and every percent token of a path in an ssh config.
 * @throws UserError E_SSH_CONFIG for a token that ssh does not know either, or a variable that is not set
 */
export function expandPath(text: string, at: TokenValues): string {
  const home = text === '~' || text.startsWith('~/') ? join(sshHome(), text.slice(1)) : text
  return expandTokens(
    home.replace(/\$\{(\w+)\}/g, (_, name: string) => variable(name, text)),
    at,
  )
}

/** The percent tokens of a path or a command. @throws UserError E_SSH_CONFIG for one that ssh does not know either */
export function expandTokens(text: string, at: TokenValues): string {
  return text.replace(/%(.?)/gs, (all, token: string) => {
    const value = TOKENS[token]?.(at)
    if (value === undefined)
      throw new UserError(
        'E_SSH_CONFIG',
        `the ssh config contains ${text}, but the token ${all} does not exist`,
      )
    return value
  })
}

function variable(name: string, text: string): string {
  const value = process.env[name]
  if (value !== undefined) return value
  throw new UserError(
    'E_SSH_CONFIG',
    `the ssh config contains ${text}, but the environment variable ${name} is not set`,
  )
}

const TOKENS: Readonly<Record<string, (at: TokenValues) => string>> = {
  '%': () => '%',
  C: ({ host, port, user, proxyJump = '' }) =>
    createHash('sha1').update(`${hostname()}${host}${port}${user}${proxyJump}`).digest('hex'),
  d: sshHome,
  h: ({ host }) => host,
  i: () => String(userInfo().uid),
  j: ({ proxyJump = '' }) => proxyJump,
  k: ({ alias, hostKeyAlias }) => hostKeyAlias ?? alias,
  L: () => hostname().split('.')[0] ?? '',
  l: hostname,
  n: ({ alias }) => alias,
  p: ({ port }) => String(port),
  r: ({ user }) => user,
  u: () => userInfo().username,
}
