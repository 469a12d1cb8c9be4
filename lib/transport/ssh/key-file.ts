import { createPrivateKey } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import ssh2, { type ParsedKey } from 'ssh2'
import { WireReader } from './wire.ts'
import { messageOf } from '../../core/error-message.ts'

/** What a file that IdentityFile names turns out to be. */
export interface KeyFile {
  readonly file: string
  readonly is: 'missing' | 'private' | 'locked' | 'public' | 'security key' | 'unusable'
  /** Why it cannot be used, to follow the name of the file. */
  readonly trouble?: string | undefined
  readonly key?: ParsedKey | undefined
  /** In SSH's encoding. Of a locked key from the file itself or from FILE.pub, where it is known at all. */
  readonly publicKey?: Buffer | undefined
  readonly text?: Buffer | undefined
}

/** Reads a key file without a passphrase. Never throws. */
export async function readKeyFile(file: string): Promise<KeyFile> {
  const publicText = await readFile(`${file}.pub`).catch(() => undefined)
  const beside = publicText === undefined ? undefined : publicPart(publicText)
  let text: Buffer
  try {
    text = await readFile(file)
    if (text.includes('PRIVATE KEY')) await refuseOpen(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      return { file, is: 'missing', trouble: 'does not exist', publicKey: beside }
    return { file, is: 'unusable', trouble: `cannot be read: ${messageOf(error, file)}`, publicKey: beside }
  }
  if (text.subarray(0, 20).toString('latin1') === 'PuTTY-User-Key-File-') {
    return {
      file,
      is: 'unusable',
      trouble: `is a PuTTY key, which ssh cannot read; convert it with: puttygen ${file} -O private-openssh -o NEW`,
    }
  }
  const own = publicPart(text)
  const publicKey = own ?? beside
  if (publicKey !== undefined && typeOf(publicKey).startsWith('sk-'))
    return { file, is: 'security key', publicKey }
  if (own !== undefined && !text.includes('PRIVATE KEY')) return { file, is: 'public', publicKey }
  const key = unlockKey(text, undefined)
  if (key !== undefined) return { file, is: 'private', key, publicKey: key.getPublicSSH() }
  if (isLocked(text)) return { file, is: 'locked', trouble: 'needs a passphrase', publicKey, text }
  return { file, is: 'unusable', trouble: 'is not a private key that can be read', publicKey }
}

/** The private key of a file, undefined when the passphrase is wrong. */
export function unlockKey(text: Buffer, passphrase: string | undefined): ParsedKey | undefined {
  const parsed: ParsedKey | ParsedKey[] | Error = ssh2.utils.parseKey(text, passphrase)
  const key = Array.isArray(parsed) ? parsed[0] : parsed
  if (key !== undefined && !(key instanceof Error)) return key.isPrivateKey() ? key : undefined
  if (!/BEGIN (ENCRYPTED )?PRIVATE KEY/.test(text.toString('latin1'))) return undefined
  // PKCS #8, which ssh2 does not read.
  try {
    const pem = createPrivateKey({ key: text, ...(passphrase === undefined ? {} : { passphrase }) })
    const type = pem.asymmetricKeyType === 'ec' ? 'sec1' : 'pkcs1'
    return unlockKey(Buffer.from(pem.export({ format: 'pem', type } as never)), undefined)
  } catch {
    return undefined
  }
}

/** The first field of a key, such as `ssh-ed25519`. */
export const typeOf = (blob: Buffer): string => new WireReader(blob).string().toString('latin1')

/** ssh does not use a key of our own that others can read. */
async function refuseOpen(file: string): Promise<void> {
  const { mode, uid } = await stat(file)
  if (uid !== process.getuid?.() || (mode & 0o77) === 0) return
  throw new Error(`other users can read it, so ssh ignores it; fix it with: chmod 600 ${file}`)
}

function isLocked(text: Buffer): boolean {
  const pem = text.toString('latin1')
  if (/BEGIN ENCRYPTED PRIVATE KEY|Proc-Type: 4,ENCRYPTED/.test(pem)) return true
  return openSshPart(text, (cipher) => cipher !== 'none') ?? false
}

/** The public key of a public key file, or of a private one in OpenSSH's format, where it is not encrypted. */
function publicPart(text: Buffer): Buffer | undefined {
  const [, type, base64] = /^([a-z0-9@.-]+) ([A-Za-z0-9+/=]+)/.exec(text.toString('latin1')) ?? []
  const blob = base64 === undefined ? undefined : Buffer.from(base64, 'base64')
  try {
    if (blob !== undefined) return typeOf(blob) === type ? blob : undefined
  } catch {
    return undefined
  }
  return openSshPart(text, (_, publicKey) => Buffer.from(publicKey))
}

function openSshPart<T>(text: Buffer, read: (cipher: string, publicKey: Buffer) => T): T | undefined {
  const [, base64] = /-----BEGIN OPENSSH PRIVATE KEY-----([^-]+)-----END/.exec(text.toString('latin1')) ?? []
  const bytes = Buffer.from(base64 ?? '', 'base64')
  if (bytes.subarray(0, MAGIC.length).toString('latin1') !== MAGIC) return undefined
  try {
    const reader = new WireReader(bytes.subarray(MAGIC.length))
    const cipher = reader.string().toString('latin1')
    reader.string()
    reader.string()
    reader.uint32()
    return read(cipher, reader.string())
  } catch {
    return undefined
  }
}

const MAGIC = 'openssh-key-v1\0'
