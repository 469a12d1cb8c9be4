import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'
import { UserError } from '../../core/errors.ts'
import { Secret, isSecret, reveal } from '../../core/secret.ts'
import { BODY_LIMIT, asText } from './text.ts'

/** What a file is to hold, measured before any host is touched. */
export interface Payload {
  readonly sha256: string
  readonly size: number
  /** What is sent. For a secret the hash goes first, on a line of its own: a script shows in `ps`. */
  readonly stdin: string | Buffer | Secret | { readonly file: string }
  /** The content for diffs: of text that is not secret and not too long. */
  readonly text: string | undefined
  readonly secret: boolean
}

/** Of content in memory. */
export function contentPayload(content: string | Buffer | Secret): Payload {
  const bytes = Buffer.isBuffer(content)
    ? content
    : Buffer.from(isSecret(content) ? reveal(content) : content)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const secret = isSecret(content)
  return {
    sha256,
    size: bytes.length,
    stdin: secret ? new Secret(content.name, `${sha256}\n${reveal(content)}`) : content,
    text: secret || bytes.length > BODY_LIMIT ? undefined : asText(bytes),
    secret,
  }
}

/**
 * Of a file on the operator's machine, read piece by piece: it may be larger than memory.
 * @throws UserError when it cannot be read
 */
export function filePayload(file: string): Payload {
  const hash = createHash('sha256')
  const kept: Buffer[] = []
  let size = 0
  for (const piece of pieces(file)) {
    hash.update(piece)
    size += piece.length
    if (size <= BODY_LIMIT) kept.push(Buffer.from(piece))
  }
  const text = size > BODY_LIMIT ? undefined : asText(Buffer.concat(kept))
  return { sha256: hash.digest('hex'), size, stdin: { file }, text, secret: false }
}

function* pieces(file: string): Generator<Buffer> {
  const buffer = Buffer.allocUnsafe(1024 * 1024)
  const handle = open(file)
  try {
    for (;;) {
      const length = readSync(handle, buffer)
      if (length === 0) return
      yield buffer.subarray(0, length)
    }
  } catch (error) {
    throw unreadable(file, error)
  } finally {
    closeSync(handle)
  }
}

function open(file: string): number {
  try {
    return openSync(file, 'r')
  } catch (error) {
    throw unreadable(file, error)
  }
}

const unreadable = (file: string, cause: unknown): UserError =>
  new UserError('E_NO_SOURCE', `${file} cannot be read: ${(cause as Error).message}`, { cause })

/** Enough of a hash to tell two contents apart on a screen. A secret's would let a short one be guessed. */
export const shortHash = ({ secret }: Payload, sha256: string): string =>
  secret ? '«secret»' : sha256.slice(0, 12)

/** A secret is nobody else's affair unless asked for. */
export const newFileMode = ({ secret }: Payload): string => (secret ? '0600' : '0644')
