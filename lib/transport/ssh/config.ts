import { userInfo } from 'node:os'
import { askForDefaults } from './default-option.ts'
import { type Question, type SshOptions, notUnderstood, readOptions } from './options.ts'
import { type SessionAlgorithms, sessionAlgorithms } from './session-algorithms.ts'
import { type TokenValues, expandPath } from './tokens.ts'
import { splitFiles, splitWords } from './words.ts'

/** How to reach one host, with the defaults filled in and the tokens of paths expanded. */
export interface HostSettings {
  /** What the config was asked for. */
  readonly alias: string
  /** What was asked for, with what is said before the config. */
  readonly question: Question
  /** Where `ssh ALIAS` connects to: HostName, or the alias itself. */
  readonly hostName: string
  /** 0 for both. */
  readonly addressFamily: 0 | 4 | 6
  readonly bindAddress: string | undefined
  readonly port: number
  readonly user: string
  /** Why no key is offered: PubkeyAuthentication, PreferredAuthentications. `undefined` where keys are. */
  readonly noKeys: string | undefined
  /** Whether ssh would ask for the account's password where keys do not do, and a terminal is there. */
  readonly asksPassword: boolean
  /** Explicit ones, or the usual names in ~/.ssh. They need not exist. */
  readonly identityFiles: readonly string[]
  /** Those of `identityFiles` that ssh tries by itself: nobody misses them. */
  readonly usualIdentities: readonly string[]
  readonly certificateFiles: readonly string[]
  readonly identitiesOnly: boolean
  /** Socket of the agent. */
  readonly identityAgent: string | undefined
  /** Algorithms of keys that may be offered; `undefined` for all. */
  readonly acceptedKeys: readonly string[] | undefined
  /** `user@host:port` of each hop, nearest first. */
  readonly proxyJump: readonly string[]
  /** Of ProxyCommand and ProxyJump the one that counts: the first in the config. With its tokens. */
  readonly proxyCommand: string | undefined
  readonly userKnownHosts: readonly string[]
  readonly globalKnownHosts: readonly string[]
  readonly hashKnownHosts: boolean
  /** What `StrictHostKeyChecking` says: unknown keys are refused, or remembered. Changed ones are always refused. */
  readonly acceptNew: boolean
  /** `StrictHostKeyChecking no`, which is treated as `accept-new`. */
  readonly warnNotStrict: boolean
  /** The name in known_hosts. */
  readonly hostKeyAlias: string | undefined
  /** HostKeyAlgorithms, best first; `undefined` where there is no ssh client to say its default. */
  readonly hostKeyAlgorithms: readonly string[] | undefined
  /** KexAlgorithms, Ciphers and MACs. */
  readonly algorithms: SessionAlgorithms
  /** ConnectTimeout: everything up to the login. */
  readonly connectTimeoutMs: number
  /** ServerAliveInterval and ServerAliveCountMax: a connection that says nothing for that long is lost. */
  readonly keepalive: { readonly intervalMs: number; readonly count: number }
  readonly gssapi: boolean
  /** ForkAfterAuthentication, which not every ssh knows. */
  readonly forks: boolean
  /** An option that only OpenSSH's own client can follow. */
  readonly openSshFor: string | undefined
}

/** For ConnectTimeout, and for ServerAliveInterval: a connection without an answer ends after 40 s. */
const DEFAULT_SECONDS = 10

/**
 * Looks a host up in the ssh config, with the ssh client where there is one: it knows Include, Match and every token.
 *
 * @param file instead of ~/.ssh/config and /etc/ssh/ssh_config
 * @param before what `-l`, `-p` and `-J` would say, for a jump host
 * @param within ends the asking: a config may run programs (`Match exec`)
 * @throws UserError E_SSH_CONFIG when the file is missing or malformed, or when what ssh says of it is not understood
 */
export async function lookUp(
  alias: string,
  file: string | undefined,
  before: Pick<Question, 'user' | 'port' | 'proxyJump'> = {},
  within?: AbortSignal,
): Promise<HostSettings> {
  const question = { alias, file, ...before }
  const options = readOptions(question, within)
  // At the same time, not once the answer is there.
  void askForDefaults()
  return settingsOf(question, await options)
}

/** The settings that an answer makes. @throws UserError E_SSH_CONFIG when the answer makes no sense */
export async function settingsOf(question: Question, options: SshOptions): Promise<HostSettings> {
  const { alias } = question
  const { get, all } = options
  const user = get('user') ?? userInfo().username
  const port = number(alias, 'port', get('port') ?? '22', 65_535)
  const hostName = get('hostname')?.replaceAll('%h', alias) ?? alias
  const hostKeyAlias = get('hostkeyalias')
  const jump = unlessNone(get('proxyjump'))
  const at: TokenValues = { alias, host: hostName, port, user, hostKeyAlias, proxyJump: jump }
  const strict = strictness(alias, get('stricthostkeychecking') ?? 'ask')
  const algorithms = await sessionAlgorithms(get)
  const identities = all('identityfile').length > 0 ? all('identityfile') : USUAL_IDENTITIES
  const paths = (names: readonly string[]): string[] =>
    names.filter((name) => name !== 'none').map((name) => expandPath(name, at))
  const files = async (keyword: string, usual: readonly string[]): Promise<string[]> => {
    const value = get(keyword)
    const usually = paths(usual)
    if (value === undefined || value === usually.join(' ')) return usually
    const expand = (name: string): string => expandPath(name, at)
    return paths(
      options.unquoted ? await splitFiles(value, keyword, options.configs, expand) : splitWords(value),
    )
  }
  return {
    alias,
    question,
    hostName,
    addressFamily: get('addressfamily') === 'inet' ? 4 : get('addressfamily') === 'inet6' ? 6 : 0,
    bindAddress: get('bindaddress'),
    port,
    user,
    noKeys: whyNoKeys(options),
    asksPassword: asksPassword(options),
    identityFiles: paths(identities),
    usualIdentities: paths(USUAL_IDENTITIES),
    certificateFiles: paths(all('certificatefile')),
    identitiesOnly: isYes(get('identitiesonly')),
    identityAgent: agentOf(get('identityagent') ?? 'SSH_AUTH_SOCK', at),
    acceptedKeys: get('pubkeyacceptedalgorithms')?.split(','),
    proxyJump: jump?.split(',').filter((hop) => hop !== '') ?? [],
    proxyCommand: jump === undefined ? unlessNone(get('proxycommand')) : undefined,
    userKnownHosts: await files('userknownhostsfile', ['~/.ssh/known_hosts', '~/.ssh/known_hosts2']),
    globalKnownHosts: await files('globalknownhostsfile', [
      '/etc/ssh/ssh_known_hosts',
      '/etc/ssh/ssh_known_hosts2',
    ]),
    hashKnownHosts: isYes(get('hashknownhosts')),
    acceptNew: strict === 'accept-new' || strict === 'no',
    warnNotStrict: strict === 'no',
    hostKeyAlias,
    hostKeyAlgorithms: get('hostkeyalgorithms')?.split(','),
    algorithms,
    connectTimeoutMs: seconds(alias, 'connecttimeout', get('connecttimeout')) * 1000,
    keepalive: {
      intervalMs: seconds(alias, 'serveraliveinterval', get('serveraliveinterval')) * 1000,
      count: number(
        alias,
        'serveralivecountmax',
        (get('serveralivecountmax') ?? '0').replace(/^0$/, '3'),
        1000,
      ),
    },
    gssapi: isYes(get('gssapiauthentication')),
    forks: isYes(get('forkafterauthentication')),
    openSshFor: onlyOpenSsh(options) ?? algorithms.openSshFor,
  }
}

const USUAL_IDENTITIES = ['rsa', 'ecdsa', 'ecdsa_sk', 'ed25519', 'ed25519_sk', 'xmss', 'dsa'].map(
  (type) => `~/.ssh/id_${type}`,
)

const isYes = (value: string | undefined): boolean => value === 'yes' || value === 'true'

function whyNoKeys({ get }: SshOptions): string | undefined {
  const wanted = get('preferredauthentications')
  if (['no', 'false'].includes(get('pubkeyauthentication') ?? 'yes'))
    return 'the ssh config says PubkeyAuthentication no'
  if (wanted === undefined || wanted.split(',').includes('publickey')) return undefined
  return `the ssh config says PreferredAuthentications ${wanted}`
}

function asksPassword({ get }: SshOptions): boolean {
  const wanted = get('preferredauthentications')?.split(',')
  const has = (method: string, option: string): boolean =>
    !['no', 'false'].includes(get(option) ?? 'yes') && wanted?.includes(method) !== false
  if (isYes(get('batchmode'))) return false
  return (
    has('password', 'passwordauthentication') || has('keyboard-interactive', 'kbdinteractiveauthentication')
  )
}

const unlessNone = (value: string | undefined): string | undefined =>
  value === undefined || value.toLowerCase() === 'none' ? undefined : value

function number(alias: string, name: string, text: string, most: number): number {
  const value = Number(text)
  if (Number.isInteger(value) && value > 0 && value <= most) return value
  throw notUnderstood(alias, `${name} ${text}`)
}

function strictness(alias: string, text: string): 'ask' | 'accept-new' | 'no' {
  const value = text.toLowerCase()
  if (['no', 'off', 'false'].includes(value)) return 'no'
  if (['ask', 'yes', 'true', 'on'].includes(value)) return 'ask'
  if (value === 'accept-new') return 'accept-new'
  throw notUnderstood(alias, `stricthostkeychecking ${text}`)
}

/** Where ssh would wait for ever, this waits as long as its defaults say. */
function seconds(alias: string, name: string, text = 'none'): number {
  if (text.toLowerCase() === 'none' || text === '0') return DEFAULT_SECONDS
  const [, digits = '', unit = 's'] = /^(\d+)([smhd]?)$/i.exec(text) ?? []
  const factor = { s: 1, m: 60, h: 3600, d: 86_400 }[unit.toLowerCase()] ?? 1
  return number(alias, name, digits === '' ? text : String(Number(digits) * factor), 2 ** 21)
}

function agentOf(value: string, at: TokenValues): string | undefined {
  if (value === 'none') return undefined
  if (value === 'SSH_AUTH_SOCK') return process.env['SSH_AUTH_SOCK']
  const [, name] = /^\$(\w+)$/.exec(value) ?? []
  // As with ssh: a variable that is not set is no agent.
  return name === undefined ? expandPath(value, at) : process.env[name]
}

/** Options that change who is let in, or where the connection goes, in a way that ssh2 does not know. */
function onlyOpenSsh({ get }: SshOptions): string | undefined {
  const set = ['pkcs11provider', 'knownhostscommand', 'revokedhostkeys', 'bindinterface']
  const on = ['hostbasedauthentication', 'proxyusefdpass', 'nohostauthenticationforlocalhost']
  const name =
    set.find((option) => unlessNone(get(option)) !== undefined) ??
    on.find((option) => isYes(get(option))) ??
    (['yes', 'true', 'ask'].includes(get('verifyhostkeydns') ?? 'no') ? 'verifyhostkeydns' : undefined)
  return name === undefined ? undefined : `the ssh config says ${name} ${get(name)}`
}
