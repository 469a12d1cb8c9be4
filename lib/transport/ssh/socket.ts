import { type Socket, connect, isIP } from 'node:net'
import { UnreachableError } from '../../core/errors.ts'
import { addressesOf } from './addresses.ts'
import type { Deadline } from './connect-deadline.ts'
import { onAbort } from '../../core/on-abort.ts'

/** What of the ssh config a TCP connection is made with. */
export interface SocketOptions {
  /** 0 for both. */
  readonly addressFamily: 0 | 4 | 6
  /** The address or name to connect from. */
  readonly bindAddress: string | undefined
}

/**
 * A TCP connection without Nagle's delay, which costs 40 ms a command on a fast link. ssh2 leaves it on. The addresses of
 * a name are tried one after the other, as ssh does.
 *
 * @throws UnreachableError E_CONNECT_FAILED
 */
export async function openSocket(
  host: string,
  port: number,
  options: SocketOptions,
  deadline: Deadline,
): Promise<Socket> {
  try {
    const addresses = await addressesOf(host, options.addressFamily, deadline)
    for (const [i, address] of addresses.entries()) {
      const last = i === addresses.length - 1
      // One that does not answer leaves time for the next.
      const ms = last ? Infinity : deadline.left / (addresses.length - i)
      try {
        const from = await localAddress(options, isIP(address) === 6 ? 6 : 4, deadline)
        return await openOne(address, port, from, ms, deadline.signal)
      } catch (error) {
        if (last || deadline.signal.aborted) throw error
      }
    }
    throw new Error('the host has no address')
  } catch (cause) {
    if (deadline.signal.aborted) throw whyAborted(host, port, deadline)
    throw connectFailed(host, port, (cause as Error).message, cause)
  }
}

/** BindAddress may be a name, which stands for an address of the family that is connected to. */
async function localAddress(
  { bindAddress }: SocketOptions,
  family: 4 | 6,
  deadline: Deadline,
): Promise<string | undefined> {
  return bindAddress === undefined ? undefined : (await addressesOf(bindAddress, family, deadline))[0]
}

function openOne(
  address: string,
  port: number,
  localAddress: string | undefined,
  ms: number,
  signal: AbortSignal,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const local = localAddress === undefined ? {} : { localAddress }
    if (signal.aborted) return reject(signal.reason as Error)
    const socket = connect({ host: address, port, noDelay: true, ...local })
    const done = (): void => {
      clearTimeout(timer)
      forget()
    }
    const fail = (error: unknown): void => {
      done()
      socket.destroy()
      reject(error as Error)
    }
    const timer = ms === Infinity ? undefined : setTimeout(() => fail(new Error('no answer')), ms)
    const forget = onAbort(signal, () => fail(signal.reason))
    socket.on('error', fail)
    socket.once('connect', () => {
      done()
      resolve(socket)
    })
  })
}

/** The error for an attempt that ran out of time, or was ended. @param phase what was waited for */
export function whyAborted(
  host: string,
  port: number,
  deadline: Deadline,
  phase = 'no answer',
): UnreachableError {
  if (!deadline.expired) return connectFailed(host, port, 'interrupted', deadline.signal.reason)
  return connectFailed(host, port, `${phase} in ${deadline.ms / 1000} s (ConnectTimeout)`, {
    code: 'ETIMEDOUT',
  })
}

export const connectFailed = (host: string, port: number, why: string, cause?: unknown): UnreachableError =>
  new UnreachableError('E_CONNECT_FAILED', `cannot connect to ${host} port ${port}: ${why}`, { cause })
