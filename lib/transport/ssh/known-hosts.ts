import { createHash, createHmac, randomBytes } from 'node:crypto'
import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** One line of a known_hosts file that speaks about the host in question. */
export interface KnownKey {
  readonly marker: '@revoked' | '@cert-authority' | undefined
  readonly type: string
  readonly key: Buffer
  readonly file: string
  readonly line: number
}

/** The name under which a host stands in known_hosts. */
export const knownHostsName = (host: string, port: number): string =>
  port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`

/** All lines about a name in the files that exist. Lines that make no sense are skipped, as OpenSSH does. */
export async function knownKeys(files: readonly string[], name: string): Promise<KnownKey[]> {
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')))
  return texts.flatMap((text, i) => parseKnownHosts(text, name, files[i] ?? ''))
}

/** The lines of one file about a name: plain, hashed, `[host]:port`, with wildcards and negations. */
export function parseKnownHosts(text: string, name: string, file: string): KnownKey[] {
  return text.split('\n').flatMap((line, i) => {
    const words = line.trim().split(/\s+/)
    const marker = words[0]?.startsWith('@') ? words.shift() : undefined
    const [names = '', type, base64] = words
    if (type === undefined || base64 === undefined || names.startsWith('#') || !matches(names, name))
      return []
    if (marker !== undefined && marker !== '@revoked' && marker !== '@cert-authority') return []
    return [{ marker, type, key: Buffer.from(base64, 'base64'), file, line: i + 1 }]
  })
}

function matches(names: string, name: string): boolean {
  const hashed = /^\|1\|([^|]+)\|(.+)$/.exec(names)
  if (hashed) return hash(name, Buffer.from(hashed[1] ?? '', 'base64')) === hashed[2]
  const patterns = names.toLowerCase().split(',')
  if (patterns.some((pattern) => pattern.startsWith('!') && glob(pattern.slice(1), name))) return false
  return patterns.some((pattern) => glob(pattern, name))
}

const hash = (name: string, salt: Buffer): string => createHmac('sha1', salt).update(name).digest('base64')

/** OpenSSH's patterns: `*` and `?`. In time that grows with the product of both lengths, whatever the pattern. */
function glob(pattern: string, name: string): boolean {
  let star = -1
  let from = 0
  let at = 0
  for (let i = 0; i < name.length;) {
    if (pattern[at] === '*') {
      star = at++
      from = i
    } else if (pattern[at] === '?' || pattern[at] === name[i]) {
      at++
      i++
    } else if (star >= 0) {
      at = star + 1
      i = ++from
    } else return false
  }
  return /^\**$/.test(pattern.slice(at))
}

/** The first field of a key in SSH's own encoding, such as `ssh-ed25519`. */
export const keyType = (key: Buffer): string => key.subarray(4, 4 + key.readUInt32BE(0)).toString('latin1')

/** As `ssh-keygen -l` prints it. */
export const fingerprint = (key: Buffer): string =>
  `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`

/** Adds a line; `hashed` hides the name as `HashKnownHosts yes` asks for. Makes the file when it is missing. */
export async function remember(file: string, name: string, key: Buffer, hashed: boolean): Promise<void> {
  const salt = randomBytes(20)
  const names = hashed ? `|1|${salt.toString('base64')}|${hash(name, salt)}` : name
  const old = await readFile(file, 'utf8').catch(() => '')
  const newline = old === '' || old.endsWith('\n') ? '' : '\n'
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  await appendFile(file, `${newline}${names} ${keyType(key)} ${key.toString('base64')}\n`, { mode: 0o600 })
}
