import { type Socket, connect } from 'node:net'
import { UnreachableError } from '../core/errors.ts'

/**
 * A TCP connection without Nagle's delay, which costs 40 ms a command on a fast link. ssh2 leaves it on.
 *
 * @throws UnreachableError E_CONNECT_FAILED
 */
export function openSocket(
  host: string,
  port: number,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true })
    const fail = (why: string, cause?: unknown): void => {
      socket.destroy()
      reject(connectFailed(host, port, why, cause))
    }
    const aborted = (): void => fail('interrupted')
    const timer = setTimeout(
      () => fail(`no answer in ${timeoutMs / 1000} s`, { code: 'ETIMEDOUT' }),
      timeoutMs,
    )
    signal.addEventListener('abort', aborted, { once: true })
    socket.on('error', (error) => fail(error.message, error))
    socket.on('connect', () => resolve(socket))
    socket.once('close', () => signal.removeEventListener('abort', aborted))
    socket.once('connect', () => clearTimeout(timer)).once('close', () => clearTimeout(timer))
  })
}

export const connectFailed = (host: string, port: number, why: string, cause?: unknown): UnreachableError =>
  new UnreachableError('E_CONNECT_FAILED', `cannot connect to ${host} port ${port}: ${why}`, { cause })
