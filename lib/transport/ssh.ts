import type { Duplex } from 'node:stream'
import pRetry from 'p-retry'
import { UnreachableError, UserError } from '../core/errors.ts'
import { openSocket } from './socket.ts'
import { type HostSettings, lookUp } from './ssh-config.ts'
import { type SshLink, logIn } from './ssh-link.ts'
import type { HostAddress } from './transport.ts'

/**
 * A connection that did not come about is tried again soon: a server drops some of many at once (MaxStartups). A machine
 * that is not there is not: whoever promotes another node is waiting.
 */
const RETRY = { retries: 2, minTimeout: 300, factor: 3, randomize: true }

/** More hops than that are a loop in the config. */
const MOST_HOPS = 8

/**
 * Connects to a host as the ssh config says, over its jump hosts. The key of every hop is verified.
 *
 * @param configFile instead of ~/.ssh/config
 * @param signal ends the attempt, and later the connection
 * @throws UnreachableError with a code for each thing that can go wrong; only E_CONNECT_FAILED was tried more than once
 */
export async function connectSsh(
  host: HostAddress,
  configFile: string | undefined,
  signal: AbortSignal,
  notice: (text: string) => void,
): Promise<SshLink> {
  const settings = await lookUp(host.name, configFile)

  const attempt = async (
    target: { name: string; settings: HostSettings; host: string },
    hops: readonly string[],
    depth: number,
  ): Promise<SshLink> => {
    const { port, connectTimeoutMs } = target.settings
    const config = configFile === undefined ? '' : `-F ${configFile} `
    const sshArguments = `${config}${target.settings.alias}`
    const last = hops.length > 0 ? await connectHop(hops, depth + 1) : undefined
    try {
      const stream: Duplex = last
        ? await last.forward(target.host, port)
        : await openSocket(target.host, port, connectTimeoutMs, signal)
      const link = await logIn({ ...target, sshArguments, stream }, signal, notice)
      // A jump host's connection ends with the one that it carries.
      link.onClose(() => void last?.close())
      return link
    } catch (error) {
      await last?.close()
      throw withHint(error, sshArguments)
    }
  }

  const connectHop = async (hops: readonly string[], depth: number): Promise<SshLink> => {
    if (depth > MOST_HOPS) throw new UserError('E_SSH_CONFIG', `ProxyJump of ${host.name} goes in circles`)
    const hop = parseHop(hops.at(-1) ?? '')
    const own = await lookUp(hop.alias, configFile)
    const merged = { ...own, user: hop.user ?? own.user, port: hop.port ?? own.port }
    const before = hops.length > 1 ? hops.slice(0, -1) : own.proxyJump
    return attempt({ name: hop.alias, settings: merged, host: own.hostName ?? hop.alias }, before, depth)
  }

  if (settings.warnNotStrict)
    notice('StrictHostKeyChecking no is treated as accept-new: a changed host key is refused')
  const target = { name: host.name, settings, host: settings.hostName ?? host.address }
  return pRetry(() => attempt(target, settings.proxyJump, 0), {
    ...RETRY,
    signal,
    shouldRetry: ({ error }) =>
      error instanceof UnreachableError && error.code === 'E_CONNECT_FAILED' && !isAbsent(error.cause),
  }).catch((error: unknown) => {
    if (!signal.aborted) throw error
    throw new UnreachableError('E_CONNECT_FAILED', `connecting to ${host.name} was interrupted`, {
      cause: error,
    })
  })
}

const isAbsent = (cause: unknown): boolean =>
  ['EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ETIMEDOUT'].includes(
    (cause as { code?: string } | undefined)?.code ?? '',
  )

/** What a jump host cannot reach is as unreachable as what we cannot reach ourselves. */
function withHint(error: unknown, sshArguments: string): unknown {
  if (!(error instanceof UserError) || error.hint !== undefined) return error
  if (error.code !== 'E_CONNECT_FAILED' && error.code !== 'E_FORWARD_FAILED') return error
  const hint = `Does \`ssh ${sshArguments}\` work?`
  return new UnreachableError('E_CONNECT_FAILED', error.message, { hint, cause: error.cause })
}

/** `[user@]host[:port]` or `ssh://…`, with IPv6 addresses in brackets. */
export function parseHop(text: string): {
  alias: string
  user: string | undefined
  port: number | undefined
} {
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
