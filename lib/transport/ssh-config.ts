import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { homedir, hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { UserError } from '../core/errors.ts'

/** How to reach one host, with the defaults filled in and the tokens of paths expanded. */
export interface HostSettings {
  /** What the config was asked for. */
  readonly alias: string
  /** From HostName; `undefined` where the config does not say. */
  readonly hostName: string | undefined
  readonly port: number
  readonly user: string
  /** Explicit ones, or the usual names in ~/.ssh. They need not exist. */
  readonly identityFiles: readonly string[]
  readonly identitiesOnly: boolean
  /** Socket of the agent. */
  readonly identityAgent: string | undefined
  /** `user@host:port` of each hop, nearest first. */
  readonly proxyJump: readonly string[]
  readonly userKnownHosts: readonly string[]
  readonly globalKnownHosts: readonly string[]
  readonly hashKnownHosts: boolean
  /** What `StrictHostKeyChecking` says: unknown keys are refused, or remembered. Changed ones are always refused. */
  readonly acceptNew: boolean
  /** `StrictHostKeyChecking no`, which is treated as `accept-new`. */
  readonly warnNotStrict: boolean
  /** The name in known_hosts. */
  readonly hostKeyAlias: string | undefined
  readonly connectTimeoutMs: number
}

const DEFAULT_CONNECT_TIMEOUT = 10

/**
 * Looks a host up in the ssh config, with the ssh client where there is one: it knows Include, Match and every token.
 *
 * @param file instead of ~/.ssh/config and /etc/ssh/ssh_config
 * @throws UserError E_SSH_CONFIG when the file is missing, malformed, or wants what is not supported
 */
export async function lookUp(alias: string, file: string | undefined): Promise<HostSettings> {
  const options = (await askSsh(alias, file)) ?? (await parseConfig(alias, file))
  const get = (name: string): string | undefined => options.get(name)?.[0]
  const command = get('proxycommand')
  if (command !== undefined && command !== 'none') {
    throw new UserError(
      'E_SSH_CONFIG',
      `the ssh config gives ${alias} a ProxyCommand, which is not supported`,
      {
        hint: 'Use ProxyJump.',
      },
    )
  }
  const user = get('user') ?? userInfo().username
  const port = Number(get('port') ?? 22)
  const hostName = get('hostname')
  const path = (text: string): string => expand(text, { alias, host: hostName ?? alias, port, user })
  const agent = get('identityagent') ?? 'SSH_AUTH_SOCK'
  const strict = get('stricthostkeychecking')?.toLowerCase() ?? 'ask'
  const notStrict = ['no', 'off', 'false'].includes(strict)
  const timeout = Number(get('connecttimeout'))
  return {
    alias,
    // `ssh -G` gives the alias itself where the config has no HostName.
    hostName: hostName === alias ? undefined : hostName?.replaceAll('%h', alias),
    port,
    user,
    identityFiles: (options.get('identityfile') ?? DEFAULT_IDENTITIES)
      .filter((name) => name !== 'none')
      .map(path),
    identitiesOnly: isYes(get('identitiesonly')),
    identityAgent:
      agent === 'none' ? undefined : agent === 'SSH_AUTH_SOCK' ? process.env['SSH_AUTH_SOCK'] : path(agent),
    proxyJump: (get('proxyjump') ?? 'none').split(',').filter((hop) => hop !== 'none' && hop !== ''),
    userKnownHosts: files(get('userknownhostsfile') ?? '~/.ssh/known_hosts ~/.ssh/known_hosts2').map(path),
    globalKnownHosts: files(
      get('globalknownhostsfile') ?? '/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2',
    ).map(path),
    hashKnownHosts: isYes(get('hashknownhosts')),
    acceptNew: strict === 'accept-new' || notStrict,
    warnNotStrict: notStrict,
    hostKeyAlias: get('hostkeyalias'),
    connectTimeoutMs: (timeout > 0 ? timeout : DEFAULT_CONNECT_TIMEOUT) * 1000,
  }
}

/** Values by lower-case keyword. */
type Options = ReadonlyMap<string, readonly string[]>

const DEFAULT_IDENTITIES = ['rsa', 'ecdsa', 'ed25519'].map((type) => `~/.ssh/id_${type}`)

const isYes = (value: string | undefined): boolean => value === 'yes' || value === 'true'

const files = (value: string): string[] =>
  (value.match(/"[^"]*"|\S+/g) ?? [])
    .map((name) => name.replaceAll('"', ''))
    .filter((name) => name !== 'none')

/** `undefined` where there is no ssh client. */
async function askSsh(alias: string, file: string | undefined): Promise<Options | undefined> {
  const args = ['-G', ...(file === undefined ? [] : ['-F', file]), '--', alias]
  try {
    const { stdout } = await promisify(execFile)('ssh', args)
    const options = new Map<string, string[]>()
    for (const line of stdout.split('\n')) {
      const [, name = '', value = ''] = /^(\S+) (.*)$/.exec(line) ?? []
      if (name !== '') options.set(name, [...(options.get(name) ?? []), value])
    }
    return options
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    const said = String((cause as { stderr?: unknown }).stderr).trim()
    throw new UserError('E_SSH_CONFIG', `the ssh config has no way to ${alias}: ${said}`, { cause })
  }
}

async function parseConfig(alias: string, file: string | undefined): Promise<Options> {
  const { default: SSHConfig } = await import('ssh-config')
  const paths = file === undefined ? [join(homedir(), '.ssh/config'), '/etc/ssh/ssh_config'] : [file]
  const texts = await Promise.all(
    paths.map((path) =>
      readFile(path, 'utf8').catch((cause: unknown) => {
        if (file === undefined) return ''
        throw new UserError('E_SSH_CONFIG', `cannot read ${path}: ${(cause as Error).message}`, { cause })
      }),
    ),
  )
  const found = SSHConfig.parse(texts.join('\n')).compute(alias, { ignoreCase: true })
  const values = (value: string | readonly string[]): readonly string[] =>
    typeof value === 'string' ? [value] : value
  return new Map(
    Object.entries(found).map(([name, value]) => {
      const all = values(value as string | readonly string[])
      const key = name.toLowerCase()
      // Several files may be on one line, which the parser splits; IdentityFile comes once a line.
      return [key, key === 'identityfile' ? all : [all.join(' ')]]
    }),
  )
}

/** `~`, `${VARIABLES}` and the percent tokens that make sense in a path. */
function expand(text: string, at: { alias: string; host: string; port: number; user: string }): string {
  const tokens: Record<string, string> = {
    '%': '%',
    d: homedir(),
    h: at.host,
    i: String(userInfo().uid),
    L: hostname().split('.')[0] ?? '',
    l: hostname(),
    n: at.alias,
    p: String(at.port),
    r: at.user,
    u: userInfo().username,
  }
  const home = text.startsWith('~/') ? join(homedir(), text.slice(2)) : text
  return home
    .replace(/\$\{(\w+)\}|^\$(\w+)$/g, (_, a?: string, b?: string) => process.env[a ?? b ?? ''] ?? '')
    .replace(/%(.)/g, (all, token: string) => tokens[token] ?? all)
}
