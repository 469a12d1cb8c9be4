import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { messageOf } from '../../core/error-message.ts'
import { UserError } from '../../core/errors.ts'
import type { ShellStep } from '../../core/module.ts'
import { isSecret, reveal } from '../../core/secret.ts'
import { type Channel, writeAll } from '../channel.ts'
import { BLOCK } from './program.ts'

/** What a script gets on stdin. The size is promised to the host before the first byte is sent. */
export interface Payload {
  readonly size: number
  readonly source: Buffer | { readonly file: string }
  /** The same, where it may be part of the batch: a short text that is not secret. */
  readonly text?: string | undefined
}

/** Bytes that may be part of a batch, which a shell holds in memory. */
const LONGEST_TEXT = 8 * 1024

/** @throws UserError when the file cannot be read; nothing has been sent then */
export async function openPayload(stdin: ShellStep['stdin']): Promise<Payload | undefined> {
  if (stdin === undefined) return undefined
  if (isSecret(stdin)) return inMemory(Buffer.from(reveal(stdin)))
  if (typeof stdin === 'string') return withText(inMemory(Buffer.from(stdin)), stdin)
  if (Buffer.isBuffer(stdin)) return inMemory(stdin)
  const { file } = stdin as { file: string }
  const info = await stat(file).catch((cause: unknown) => {
    throw new UserError('E_FILE', `${file} cannot be read: ${messageOf(cause, file)}`, { cause })
  })
  if (!info.isFile()) throw new UserError('E_FILE', `${file} is not a file`)
  return info.size === 0 ? undefined : { size: info.size, source: { file } }
}

const inMemory = (source: Buffer): Payload | undefined =>
  source.length === 0 ? undefined : { size: source.length, source }

const withText = (payload: Payload | undefined, text: string): Payload | undefined =>
  payload && payload.size <= LONGEST_TEXT && !text.includes('\0') ? { ...payload, text } : payload

/** The payload's size as the host reads it: whole blocks and what remains. */
export const blocks = (payload: Payload | undefined): string =>
  payload === undefined ? '0 0' : `${Math.floor(payload.size / BLOCK)} ${payload.size % BLOCK}`

/**
 * Sends exactly the promised bytes and the line that confirms them. A file that shrank meanwhile is padded and
 * *not* confirmed: the host stays in step and fails the script instead of running it on half of its input.
 *
 * @param taken called whenever the host took some of it
 */
export async function sendPayload(
  channel: Channel,
  payload: Payload,
  nonce: string,
  taken: () => void,
): Promise<void> {
  const { size, source } = payload
  const whole = Buffer.isBuffer(source)
    ? await writeAll(channel, source, taken).then(() => true)
    : await sendFile(channel, source.file, size, taken)
  await writeAll(channel, Buffer.from(whole ? `${nonce}\n` : 'changed\n'))
}

async function sendFile(channel: Channel, file: string, size: number, taken: () => void): Promise<boolean> {
  let left = size
  try {
    for await (const chunk of createReadStream(file, { end: size - 1, highWaterMark: BLOCK / 4 })) {
      await writeAll(channel, chunk as Buffer, taken)
      left -= (chunk as Buffer).length
    }
  } catch (error) {
    if (channel.ended.aborted) throw error
  }
  const missing = left > 0
  for (; left > 0; left -= BLOCK) await writeAll(channel, Buffer.alloc(Math.min(left, BLOCK)), taken)
  return !missing
}
