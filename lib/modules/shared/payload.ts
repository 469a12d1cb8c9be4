import { createHash } from 'node:crypto'
import { Secret, isSecret, reveal } from '../../core/secret.ts'
import { LocalFile } from './local-file.ts'
import { BODY_LIMIT, asText } from './text.ts'

/** What a file is to hold, measured before any host is asked. */
export interface Payload {
  readonly sha256: string
  readonly size: number
  /** What is sent. For a secret the hash goes first, on a line of its own: a script shows in `ps`. */
  readonly stdin: string | Buffer | Secret | { readonly file: string }
  /** The content for diffs: of text that is not secret and not too long. */
  readonly text: string | undefined
  readonly secret: boolean
  /**
   * Commands that bring it into `"$temp"` and check it, where the host gets it from somewhere else: then its size is not known.
   */
  readonly download?: readonly string[] | undefined
  /** Reads it, where it is not in memory. Nothing is known of it before. */
  readonly load?: (() => Promise<void>) | undefined
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
 * Of a file on the operator's machine, read by `load`.
 * @throws UserError when there is no such file
 */
export function filePayload(path: string): Payload {
  const file = new LocalFile(path)
  return {
    get sha256() {
      return file.value.sha256
    },
    get size() {
      return file.value.size
    },
    get text() {
      return file.value.text
    },
    stdin: { file: path },
    secret: false,
    load: () => file.load(),
  }
}

/** Enough of a hash to tell two contents apart on a screen. A secret's would let a short one be guessed. */
export const shortHash = ({ secret }: Payload, sha256: string): string =>
  secret ? '«secret»' : sha256.slice(0, 12)

/** A secret is nobody else's affair unless asked for. */
export const newFileMode = ({ secret }: Payload): string => (secret ? '0600' : '0644')
