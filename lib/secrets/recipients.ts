import { hostname, userInfo } from 'node:os'
import { UserError } from '../core/errors.ts'
import { age } from './age.ts'
import { createFile, readText } from './files.ts'

/** Someone who may read the secrets. */
export interface Recipient {
  /** `age1…` */
  readonly key: string
  /** The comment above the key: who it is. */
  readonly who: string | undefined
}

/**
 * Reads `recipients.txt`, the format of `age -R`: one public key a line, comments with `#`.
 *
 * @returns `undefined` when there is no such file
 * @throws UserError E_SECRETS_RECIPIENTS naming the line that is no public key
 */
export async function readRecipients(path: string): Promise<readonly Recipient[] | undefined> {
  const text = await readText(path)
  if (text === undefined) return undefined
  const { Encrypter } = await age()
  const recipients: Recipient[] = []
  let who: string | undefined
  for (const [index, line] of text.split('\n').entries()) {
    const entry = line.trim()
    if (entry.startsWith('#')) who = entry.replace(/^#+\s*/, '') || undefined
    if (entry === '') who = undefined
    if (entry === '' || entry.startsWith('#')) continue
    try {
      new Encrypter().addRecipient(entry)
    } catch {
      throw notAKey(`${path}:${index + 1}`, entry)
    }
    recipients.push({ key: entry, who })
    who = undefined
  }
  return recipients
}

/** Makes `recipients.txt` with one's own key when there is none, and reads it. */
export async function ensureRecipients(path: string, own: string): Promise<readonly Recipient[]> {
  const text = `# Who may read secrets.age: one age public key a line, with a comment above it that says whose it is.\n\n# ${self()}\n${own}\n`
  const found = await readRecipients(path)
  if (found !== undefined) return found
  await createFile(path, text, { file: 0o644, folder: 0o755 })
  return (await readRecipients(path)) ?? []
}

/** Like the comment of an SSH key. A user without a name exists in containers. */
function self(): string {
  try {
    return `${userInfo().username}@${hostname()}`
  } catch {
    return hostname()
  }
}

function notAKey(at: string, entry: string): UserError {
  const hint = entry.startsWith('AGE-SECRET-KEY-')
    ? 'That is a private key: remove it from here, and make a new one if this file was ever shared.'
    : 'A public key begins with age1; put comments on a line of their own, beginning with #.'
  return new UserError('E_SECRETS_RECIPIENTS', `${at} is not an age public key`, { hint })
}
