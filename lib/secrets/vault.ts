import { UserError } from '../core/errors.ts'
import { Secret, reveal } from '../core/secret.ts'
import { age } from './age.ts'
import type { Identity } from './identity.ts'

/** What `secrets.age` holds. */
export interface Vault {
  readonly secrets: ReadonlyMap<string, Secret>
  /** What each had before, newest first: hosts have it until they got the new one. */
  readonly previous: ReadonlyMap<string, readonly Secret[]>
  /** Marks of the values, current and previous, that a user has set: what was made up can be made up anew, these can't. */
  readonly byHand: ReadonlySet<string>
  /** For whom it was encrypted. Kept inside, because an age header doesn't tell. */
  readonly recipients: readonly string[]
  /** Random, made with the store and kept as long as it lives. Who can't read the store can't put it into another. */
  readonly id?: string | undefined
}

/** Encrypts a vault for its recipients: armored, so that it survives mail and shows as text in git. */
export async function seal(vault: Vault): Promise<string> {
  const { Encrypter, armor } = await age()
  const encrypter = new Encrypter()
  for (const recipient of vault.recipients) encrypter.addRecipient(recipient)
  const inOrder = <T>(map: ReadonlyMap<string, T>) => [...map].toSorted(([a], [b]) => (a < b ? -1 : 1))
  const secrets = Object.fromEntries(inOrder(vault.secrets).map(([name, value]) => [name, reveal(value)]))
  const previous = Object.fromEntries(
    inOrder(vault.previous).map(([name, values]) => [name, values.map(reveal)]),
  )
  const { id, recipients } = vault
  const text = JSON.stringify({ id, recipients, secrets, previous, byHand: [...vault.byHand] }, null, 2)
  return armor.encode(await encrypter.encrypt(text))
}

/**
 * Decrypts what {@link seal} made, or what `age --armor -R recipients.txt` made of the same JSON.
 *
 * @param path for messages
 * @returns `undefined` when it is encrypted, but not for this identity
 * @throws UserError E_SECRETS_DAMAGED
 */
export async function unseal(text: string, identity: Identity, path: string): Promise<Vault | undefined> {
  const { Decrypter, armor } = await age()
  const decrypter = new Decrypter()
  for (const key of identity.keys) decrypter.addIdentity(reveal(key))
  try {
    return parse(await decrypter.decrypt(armor.decode(text), 'text'))
  } catch (error) {
    if (/no identity matched/.test((error as Error).message)) return undefined
    // Without the cause: a JSON error quotes the text around it, which is decrypted by then.
    throw damaged(path, text)
  }
}

function parse(json: string): Vault {
  const { id, recipients, secrets, previous, byHand } = JSON.parse(json) as {
    id?: unknown
    recipients?: string[]
    secrets: Record<string, unknown>
    previous?: Record<string, unknown[]>
    byHand?: string[]
  }
  const secretOf = (name: string, value: unknown): Secret => {
    if (typeof value !== 'string') throw new TypeError('a secret must be text')
    return new Secret(name, value)
  }
  return {
    secrets: new Map(Object.entries(secrets).map(([name, value]) => [name, secretOf(name, value)])),
    previous: new Map(
      Object.entries(previous ?? {}).map(([name, values]) => [
        name,
        values.map((value) => secretOf(name, value)),
      ]),
    ),
    byHand: new Set(byHand),
    recipients: recipients ?? [],
    id: typeof id === 'string' ? id : undefined,
  }
}

function damaged(path: string, text: string): UserError {
  return new UserError('E_SECRETS_DAMAGED', `${path} is damaged: it is not what was written`, {
    hint: cure(text),
  })
}

function cure(text: string): string {
  if (text.startsWith('age-encryption.org/')) return 'It was encrypted by hand: use age --armor.'
  if (/^(<<<<<<<|>>>>>>>)/m.test(text)) {
    return 'Git left conflict markers in it: take one side whole, git checkout --ours or --theirs.'
  }
  return 'Take it back from version control or from a backup; it is never overwritten.'
}
