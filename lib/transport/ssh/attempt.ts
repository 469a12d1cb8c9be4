import type { Duplex } from 'node:stream'
import { UnreachableError, UserError } from '../../core/errors.ts'
import { Deadline } from './connect-deadline.ts'
import { hostKeyCheck } from './host-key.ts'
import { type Identities, identitiesFor } from './identity.ts'
import { type OpenSshLogin, logInWithOpenSsh } from './openssh/login.ts'
import type { Passphrases } from './passphrases.ts'
import { type ProcessStream, processStream } from './process-stream.ts'
import { openSocket, whyAborted } from './socket.ts'
import { addressOverHop, directAddress } from './address.ts'
import { type HostSettings, lookUp } from './config.ts'
import { parseHop } from './hop.ts'
import { logIn } from './link.ts'
import { sshArguments } from './options.ts'
import type { SshConnection, SshTarget } from './target.ts'
import { expandTokens } from './tokens.ts'
import { hasTicket } from './ticket.ts'

/** More hops than that are a loop in the config. */
const MOST_HOPS = 8

/** How hosts are connected to over SSH. */
export interface SshOptions {
  /** Instead of ~/.ssh/config and /etc/ssh/ssh_config. */
  readonly configFile: string | undefined
  /** `openssh` for OpenSSH's own client always, `auto` for it only where the built-in one cannot log in. */
  readonly client: 'auto' | 'openssh'
  readonly passphrases: Passphrases
  /** Seconds, instead of ConnectTimeout. */
  readonly connectTimeout?: number | undefined
}

interface AttemptOptions extends SshOptions {
  /** Ends the connection, at any time. */
  readonly signal: AbortSignal
  readonly notice: (text: string) => void
}

/** A host, or a hop on the way to one. */
export interface Place {
  readonly name: string
  readonly settings: HostSettings
  /** The inventory's. */
  readonly address: string | undefined
  /** Hops that lead here. */
  readonly depth: number
}

/**
 * One attempt to log in to a host, its jump hosts first.
 * @param within what has an end with the time of the host that this is a hop to
 */
export async function connectOnce(
  place: Place,
  options: AttemptOptions,
  within: AbortSignal,
): Promise<SshConnection> {
  const { settings } = place
  const { connectTimeout } = options
  const timeoutMs = connectTimeout === undefined ? settings.connectTimeoutMs : connectTimeout * 1000
  const attempt: Attempt = {
    ...place,
    options,
    deadline: new Deadline(timeoutMs, within),
    sshArguments: [...sshArguments(settings.question), settings.alias].join(' '),
  }
  try {
    attempt.hop = await connectHop(attempt)
    const link = await logInTo(attempt)
    // A jump host's connection ends with the one that it carries.
    link.onClose(() => void attempt.hop?.close())
    return link
  } catch (error) {
    await attempt.hop?.close()
    attempt.proxy?.stream.destroy()
    await attempt.proxy?.ended()
    throw explain(error, attempt)
  } finally {
    attempt.deadline.stop()
  }
}

interface Attempt extends Place {
  readonly options: AttemptOptions
  readonly deadline: Deadline
  readonly sshArguments: string
  hop?: SshConnection | undefined
  proxy?: ProcessStream | undefined
}

/** Logs in to the jump host next to the target. As with ssh, the hops before it are its own. */
async function connectHop({
  settings,
  depth,
  name,
  options,
  deadline,
}: Attempt): Promise<SshConnection | undefined> {
  const { alias, hostName: host, port, user, proxyJump } = settings
  const last = proxyJump.at(-1)
  if (last === undefined) return undefined
  if (depth >= MOST_HOPS) throw new UserError('E_SSH_CONFIG', `ProxyJump of ${name} is a loop`)
  const hop = parseHop(expandTokens(last, { alias, host, port, user }))
  const before = proxyJump.length > 1 ? proxyJump.slice(0, -1).join(',') : undefined
  const first = { user: hop.user, port: hop.port, proxyJump: before }
  const own = await lookUp(hop.alias, options.configFile, first, deadline.signal)
  const place = { name: hop.alias, settings: own, address: undefined, depth: depth + 1 }
  return connectOnce(place, options, deadline.signal)
}

async function logInTo(attempt: Attempt): Promise<SshConnection> {
  const { settings, address, options, deadline, hop } = attempt
  const { signal, notice, passphrases } = options
  const way =
    hop === undefined
      ? { host: await directAddress(settings, address, deadline, notice), stream: undefined }
      : await addressOverHop(settings, address, hop, deadline)
  const target: SshTarget = {
    name: attempt.name,
    settings,
    host: way.host,
    sshArguments: attempt.sshArguments,
  }
  const check = await hostKeyCheck(settings, way.host, attempt.sshArguments, notice)
  const identities = await identitiesFor(settings, passphrases, deadline)
  const withOpenSsh = (reason: string, stream: Duplex | undefined): Promise<SshConnection> => {
    const login: OpenSshLogin = { reason, stream, identities, passphrases, deadline, notice }
    return logInWithOpenSsh(target, login, signal)
  }
  const reason =
    (options.client === 'openssh' ? "transport: 'openssh' says so" : undefined) ??
    settings.openSshFor ??
    check.openSshFor ??
    identities.openSshFor ??
    (settings.gssapi && (await deadline.race(hasTicket()))
      ? 'GSSAPIAuthentication is on and there is a ticket'
      : undefined)
  if (reason !== undefined) return withOpenSsh(reason, way.stream)
  try {
    attempt.proxy = startProxy(settings)
    const stream =
      way.stream ?? attempt.proxy?.stream ?? (await openSocket(way.host, settings.port, settings, deadline))
    return await logIn(target, { stream, check, identities, deadline }, signal)
  } catch (error) {
    const wantsPassword = passphrases.canAsk && settings.asksPassword && isForPassword(error, identities)
    // Or the server wants what only OpenSSH has, such as a key exchange of its own.
    if (!wantsPassword && !isNoMatch(error)) throw error
    const again = hop && (await deadline.race(hop.forward(way.host, settings.port)))
    return withOpenSsh(wantsPassword ? 'the server asks for a password' : (error as Error).message, again)
  }
}

const isNoMatch = (error: unknown): error is UserError =>
  error instanceof UserError && error.code === 'E_HANDSHAKE_FAILED' && /no matching/i.test(error.message)

/** The keys do not do, or not alone, and the server would take a password. */
const isForPassword = (error: unknown, { serverTakes }: Identities): boolean =>
  error instanceof UserError &&
  error.code === 'E_AUTH_FAILED' &&
  ['password', 'keyboard-interactive'].some((method) => serverTakes.methods.includes(method))

function startProxy({
  proxyCommand,
  alias,
  hostName: host,
  port,
  user,
}: HostSettings): ProcessStream | undefined {
  if (proxyCommand === undefined) return undefined
  if (proxyCommand === '-')
    throw new UserError(
      'E_SSH_CONFIG',
      `the ssh config of ${alias} has ProxyCommand -, which is not supported`,
    )
  const command = expandTokens(proxyCommand, { alias, host, port, user })
  return processStream(process.env['SHELL'] || '/bin/sh', ['-c', `exec ${command}`])
}

const NO_WAY = ['E_CONNECT_FAILED', 'E_FORWARD_FAILED', 'E_FORWARD_REFUSED']

/** Makes of what went wrong an error that says what was waited for and what to do next. */
function explain(error: unknown, { settings, deadline, sshArguments: shown, hop, proxy }: Attempt): unknown {
  const { hostName, port, proxyJump } = settings
  const over = hop === undefined ? proxyJump.at(-1) : undefined
  const phase = over === undefined ? 'no login' : `no login on the jump host ${over}`
  const timedOut =
    deadline.expired && !(error instanceof UserError && error.message.includes('ConnectTimeout'))
  const found = timedOut ? whyAborted(hostName, port, deadline, phase) : error
  if (!(found instanceof UserError)) {
    return deadline.signal.aborted ? whyAborted(hostName, port, deadline, phase) : found
  }
  // What a jump host cannot reach is as unreachable as what we cannot reach ourselves.
  if (!NO_WAY.includes(found.code)) return found
  const said = proxy === undefined ? '' : `; the ProxyCommand said: ${proxy.said() || 'nothing'}`
  const tryIt = `Does \`ssh ${shown}\` work?`
  const hint = found.code === 'E_FORWARD_FAILED' ? `${found.hint} ${tryIt}` : (found.hint ?? tryIt)
  return new UnreachableError('E_CONNECT_FAILED', `${found.message}${said}`, { hint, cause: found.cause })
}
