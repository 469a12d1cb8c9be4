import { UserError } from '../core/errors.ts'
import { Secret, reveal } from '../core/secret.ts'
import { didYouMean } from '../core/suggest.ts'
import { isByHand } from '../secrets/by-hand.ts'
import { bookOf } from '../secrets/logins.ts'
import { checkName } from '../secrets/names.ts'
import { randomPassword } from '../secrets/password.ts'
import { save } from '../secrets/save.ts'
import { signingPrivateKey } from '../secrets/signing.ts'
import { SecretStore } from '../secrets/store.ts'
import { wireguardPrivateKey } from '../secrets/wireguard.ts'
import { NEXT, kindOf, say } from './secrets-commands.ts'
import type { SecretsContext } from './secrets-context.ts'

/** How a secret is rotated. */
export interface Rotation {
  /** Store the value that it had before instead. */
  readonly undo: boolean
  /** Also where a user has set the value. */
  readonly replace: boolean
}

/** Stores a new random value of the same kind. */
export async function rotateSecret(
  context: SecretsContext,
  name: string,
  { undo, replace }: Rotation,
): Promise<number> {
  const { opened, places } = context
  checkName(name)
  const old = opened.vault.secrets.get(name)
  if (old === undefined) {
    const near = didYouMean(name, [...opened.vault.secrets.keys()])
    const hint = near === undefined ? `See ${places.command('list')}.` : `Did you mean ${near}?`
    throw new UserError('E_SECRETS_MISSING', `there is no secret ${name}`, { hint })
  }
  const kind = kindOf(reveal(old))
  const authority = name.replace(/\.authority$/, '')
  if (authority !== name && !undo && opened.vault.secrets.has(bookOf(authority)))
    return newAuthority(context, authority)
  if (authority !== name)
    throw new UserError('E_SECRETS_KIND', `${name} is the authority that signed all its certificates`, {
      hint: 'It is renewed automatically before it expires, with the same key.',
    })
  if (name.endsWith('.cipher'))
    throw new UserError(
      'E_SECRETS_KIND',
      `${name} encrypts what is stored already, and no other value can decrypt that`,
      {
        hint: 'The existing backups need it, see docs/backups.md. Nothing was changed.',
      },
    )
  if (undo) return putBack(context, name)
  if (/\.(access|secret)-key$/.test(name))
    throw new UserError(
      'E_SECRETS_KIND',
      `${name} was issued by somebody else: a value made up here opens nothing`,
      {
        hint: `Have a new key issued, then store it: ${places.command(`set ${name} --replace`)}. Nothing was changed.`,
      },
    )
  if (isByHand(opened.vault, name) && !replace)
    throw new UserError(
      'E_SECRETS_CONFLICT',
      `the value of ${name} was set by hand, and this makes up another one`,
      {
        hint: `To store a value that you have: ${places.command(`set ${name} --replace`)}. To make one up all the same: ${places.command(`rotate ${name} --replace`)}. Nothing was changed.`,
      },
    )
  if (kind === 'certificate') {
    await save(places, opened, new Map(), { removed: [name] })
    say(context, `${name} was removed; the next run that needs it issues a new certificate with a new key.`)
    return 0
  }
  await save(places, opened, new Map([[name, new Secret(name, another(kind, reveal(old)))]]))
  say(context, `${name} has a new value in ${places.vault}. ${NEXT}`)
  return 0
}

/** Also the way back from a rotation that some hosts have already: they are asked with both values. */
async function putBack(context: SecretsContext, name: string): Promise<number> {
  const { opened, places } = context
  const [before] = opened.vault.previous.get(name) ?? []
  if (before === undefined)
    throw new UserError('E_SECRETS_MISSING', `${name} has no earlier value in ${places.vault}`, {
      hint: 'Nothing was changed. Earlier values are kept of what was rotated or replaced, not of certificates.',
    })
  await save(places, opened, new Map([[name, before]]))
  say(context, `${name} has the value again that it had before, in ${places.vault}. ${NEXT}`)
  return 0
}

/** The authority of clients signs nothing that a host needs, so that another one may take its place. */
async function newAuthority(context: SecretsContext, authority: string): Promise<number> {
  const { opened, places } = context
  const store = new SecretStore(places, opened, () => new Date())
  store.replaceLogins(authority)
  await store.save()
  say(
    context,
    `${authority}.authority is a new authority. After the next run, servers refuse all client certificates that were issued before. Issue new ones now.`,
  )
  return 0
}

function another(kind: 'WireGuard key' | 'signing key' | 'text', old: string): string {
  if (kind === 'WireGuard key') return wireguardPrivateKey()
  return kind === 'signing key' ? signingPrivateKey() : randomPassword(Math.max(32, old.length))
}
