import type { Readable, Writable } from 'node:stream'
import type { UserError } from '../core/errors.ts'
import { Tail } from './tail.ts'

/** A command that runs on a host: its streams and its end. What SSH and child processes have in common. */
export interface Channel {
  readonly stdin: Writable
  readonly stdout: Readable
  readonly stderr: Readable
  /** Aborts when the command has ended or the connection is lost. Never rejects anything by itself. */
  readonly ended: AbortSignal
  /** How it ended, for an error message: the command by itself, or because the connection was lost. */
  readonly end: () => ChannelEnd
  /** Ends it without ceremony. */
  destroy(): void
}

export interface ChannelEnd {
  readonly connectionLost: boolean
  /** `it ended with status 1`, `Keepalive timeout`. */
  readonly how: string
  /** The server did not open it at all, where that is only known in the end. */
  readonly refused?: UserError | undefined
}

/** Collects the last of what a stream says, so that it never blocks, and for error messages. */
export function tailOf(stream: Readable): () => string {
  const tail = new Tail()
  stream.on('data', (chunk: Buffer) => tail.add(chunk))
  stream.on('error', () => {})
  return () => tail.text().trim()
}

/**
 * Writes all of `bytes`, waiting for the other side to take them.
 * @param taken called whenever it took some
 * @throws AbortError when the command ends meanwhile
 */
export async function writeAll(channel: Channel, bytes: Buffer, taken?: () => void): Promise<void> {
  // One write of everything would copy it all into the queue at once; slices keep memory and latency even.
  for (let at = 0; at < bytes.length; at += SLICE) {
    channel.ended.throwIfAborted()
    if (!channel.stdin.write(bytes.subarray(at, at + SLICE))) await drained(channel)
    taken?.()
  }
}

/** Resolves when the command has ended, or soon. */
export function endOf(channel: Channel): Promise<void> {
  return new Promise((resolve) => {
    if (channel.ended.aborted) return resolve()
    const done = (): void => {
      clearTimeout(timer)
      resolve()
    }
    const timer = setTimeout(done, END_TIMEOUT)
    channel.ended.addEventListener('abort', done, { once: true })
  })
}

const END_TIMEOUT = 500

const SLICE = 256 * 1024

function drained(channel: Channel): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (): void => {
      channel.stdin.off('drain', done)
      channel.ended.removeEventListener('abort', done)
      if (channel.ended.aborted) reject(channel.ended.reason as Error)
      else resolve()
    }
    channel.stdin.on('drain', done)
    channel.ended.addEventListener('abort', done)
  })
}
