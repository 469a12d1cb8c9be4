import { UserError } from '../core/errors.ts'
import { Secret, reveal } from '../core/secret.ts'
import { age } from './age.ts'
import type { Identity } from './identity.ts'

/** What `secrets.age` holds. */
export interface Vault {
  readonly secrets: ReadonlyMap<string, Secret>
  /** For whom it was encrypted. Kept inside, because an age header doesn't tell. */
  readonly recipients: readonly string[]
}

/** Encrypts a vault for its recipients: armored, so that it survives mail and shows as text in git. */
export async function seal(vault: Vault): Promise<string> {
  const { Encrypter, armor } = await age()
  const encrypter = new Encrypter()
  for (const recipient of vault.recipients) encrypter.addRecipient(recipient)
  const names = [...vault.secrets.keys()].toSorted()
  const secrets = Object.fromEntries(names.map((name) => [name, reveal(vault.secrets.get(name)!)]))
  const text = JSON.stringify({ recipients: vault.recipients, secrets }, null, 2)
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
  const { recipients, secrets } = JSON.parse(json) as {
    recipients?: string[]
    secrets: Record<string, string>
  }
  const entries = Object.entries(secrets).map(([name, value]) => {
    if (typeof value !== 'string') throw new TypeError('a secret must be text')
    return [name, new Secret(name, value)] as const
  })
  return { secrets: new Map(entries), recipients: recipients ?? [] }
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
