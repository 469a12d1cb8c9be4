import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf } from '../core/error-message.ts'
import { UserError } from '../core/errors.ts'
import { Secret, reveal } from '../core/secret.ts'
import { age } from './age.ts'
import { createFile, readText } from './files.ts'
import { configFolder } from './places.ts'

/** Private keys that were found. */
export interface Keys {
  /** An age identity file may hold several. */
  readonly keys: readonly Secret[]
  /** Where they came from, for messages: a path, or `RUN_PLAYBOOK_IDENTITY`. */
  readonly source: string
}

/** What decrypts: the operator's own key pair. */
export interface Identity extends Keys {
  /** The public halves, `age1…`, in the same order. The first one is the key to pass on. */
  readonly recipients: readonly string[]
}

/**
 * Finds the keys of the operator: `RUN_PLAYBOOK_IDENTITY` (the key itself or the path of an age identity file), else
 * `run-playbook/identity.txt` in the configuration folder.
 *
 * @returns `undefined` when there are none yet
 * @throws UserError E_SECRETS_IDENTITY when the file that was named can't be read, or what is there is no identity
 */
export async function findKeys(env: NodeJS.ProcessEnv, home: string): Promise<Keys | undefined> {
  const given = named(env)
  if (given?.startsWith('AGE-SECRET-KEY-')) return parseKeys(given, 'RUN_PLAYBOOK_IDENTITY')
  const path = given ?? identityPath(env, home)
  const text = given === undefined ? await readText(path) : await readGiven(path)
  return text === undefined ? undefined : parseKeys(text, path)
}

/** The identity of these keys. Loads age. @throws UserError E_SECRETS_IDENTITY when one of them can't be used */
export async function identityOf({ keys, source }: Keys): Promise<Identity> {
  const { identityToRecipient } = await age()
  try {
    const recipients = await Promise.all(keys.map((key) => identityToRecipient(reveal(key))))
    return { keys, recipients, source }
  } catch {
    // Without the cause: a decoder's message may quote what it could not decode.
    throw unusable(source, 'contains a key that is incomplete or mistyped')
  }
}

/** Whether `RUN_PLAYBOOK_IDENTITY` names one. */
export const isIdentityNamed = (env: NodeJS.ProcessEnv): boolean => named(env) !== undefined

/** Empty counts as unset: that is how CI systems pass a secret that a fork may not have. */
const named = (env: NodeJS.ProcessEnv): string | undefined =>
  env['RUN_PLAYBOOK_IDENTITY']?.trim() || undefined

/** The identity, made and kept (0600 in a 0700 folder) when there is none yet. Of two runs at once both get the same. */
export async function ensureIdentity(env: NodeJS.ProcessEnv, home: string): Promise<Identity> {
  const found = await findKeys(env, home)
  if (found !== undefined) return identityOf(found)
  const { generateX25519Identity, identityToRecipient } = await age()
  const key = await generateX25519Identity()
  const text = `# Decrypts the secrets of run-playbook. Keep a copy in a safe place, show it to nobody.\n# public key: ${await identityToRecipient(key)}\n${key}\n`
  await createFile(identityPath(env, home), text, { file: 0o600, folder: 0o700 })
  return identityOf((await findKeys(env, home))!)
}

function identityPath(env: NodeJS.ProcessEnv, home: string): string {
  return join(configFolder(env, home), 'identity.txt')
}

async function readGiven(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new UserError(
      'E_SECRETS_IDENTITY',
      `the identity that RUN_PLAYBOOK_IDENTITY names cannot be read: ${messageOf(error)}`,
      {
        hint: 'Set it to the path of an age identity file, or to the AGE-SECRET-KEY-1… itself.',
      },
    )
  }
}

function parseKeys(text: string, source: string): Keys {
  const keys = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('AGE-SECRET-KEY-'))
    .map((line) => new Secret('age identity', line))
  if (keys.length === 0) throw unusable(source, 'contains no line that begins with AGE-SECRET-KEY-')
  return { keys, source }
}

function unusable(source: string, why: string): UserError {
  return new UserError('E_SECRETS_IDENTITY', `${source} ${why}`, {
    hint: 'An age identity is made by age-keygen; passphrases, SSH keys and plugins are not supported.',
  })
}
