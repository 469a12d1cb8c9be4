import pRetry from 'p-retry'
import { UnreachableError } from '../../core/errors.ts'
import type { SshOptions } from './attempt.ts'
import { type HostSettings, lookUp } from './config.ts'
import { Deadline } from './connect-deadline.ts'
import type { SshConnection } from './target.ts'
import { LONGEST_READING } from './options.ts'
import type { HostAddress } from '../transport.ts'

/**
 * A connection that was refused or reset is tried again soon: a server drops some of many at once (MaxStartups). A machine
 * that does not answer is not: whoever promotes another node is waiting.
 */
const RETRY = { retries: 2, minTimeout: 300, factor: 3, randomize: true }

/**
 * Connects to a host where and as `ssh NAME` would, over its jump hosts. The key of every hop is verified. Everything up to
 * the login has the time of ConnectTimeout, for each try.
 *
 * @param signal ends the attempt, and later the connection
 * @throws UnreachableError with a code for each thing that can go wrong; only E_CONNECT_FAILED may have been tried more
 * than once
 */
export async function connectSsh(
  host: HostAddress,
  options: SshOptions,
  signal: AbortSignal,
  notice: (text: string) => void,
): Promise<SshConnection> {
  try {
    // While ssh reads its config, ssh2 is loaded: both take some 20 ms.
    const asking = settingsOf(host.name, options.configFile, signal)
    const [settings, { connectOnce }] = await Promise.all([asking, import('./attempt.ts')])
    if (settings.warnNotStrict)
      notice('StrictHostKeyChecking no is treated as accept-new: a changed host key is refused')
    const place = { name: host.name, settings, address: host.address, depth: 0 }
    return await pRetry(() => connectOnce(place, { ...options, signal, notice }, signal), {
      ...RETRY,
      // Of its own: p-retry listens to it as long as it lives.
      signal: AbortSignal.any([signal]),
      shouldRetry: ({ error }) => error instanceof UnreachableError && isWorthAnother(error),
    })
  } catch (cause) {
    if (!signal.aborted) throw cause
    throw new UnreachableError('E_CONNECT_FAILED', `connecting to ${host.name} was interrupted`, { cause })
  }
}

async function settingsOf(
  name: string,
  configFile: string | undefined,
  signal: AbortSignal,
): Promise<HostSettings> {
  const deadline = new Deadline(LONGEST_READING * 1000, signal)
  try {
    return await lookUp(name, configFile, {}, deadline.signal)
  } catch (cause) {
    if (!deadline.expired) throw cause
    const what = `\`ssh -G ${name}\` did not end within ${LONGEST_READING} s`
    throw new UnreachableError('E_CONNECT_FAILED', what, {
      hint: 'Check what `Match exec` runs in the ssh config.',
      cause,
    })
  } finally {
    deadline.stop()
  }
}

/** Refused or reset, by the host or, as a jump host tells it, on the way. */
function isWorthAnother({ code, message, cause }: UnreachableError): boolean {
  if (code !== 'E_CONNECT_FAILED') return false
  const { code: why } = (cause ?? {}) as { code?: unknown }
  return (
    ['ECONNREFUSED', 'ECONNRESET', 'EPIPE'].includes(String(why)) ||
    /open failed.*refused|Connection refused/.test(message)
  )
}
