import type { UserError } from '../core/errors.ts'
import { readText } from './files.ts'
import { type Identity, ensureIdentity, findKeys, identityOf, isIdentityNamed } from './identity.ts'
import { recognize } from './known-stores.ts'
import { lockedFor, unlisted } from './locked.ts'
import type { Places } from './places.ts'
import { newcomers } from './newcomers.ts'
import { type Recipient, readRecipients } from './recipients.ts'
import { type Vault, unseal } from './vault.ts'

/** What was found when the store was opened. Errors are kept: a run whose values all come from outside needs none of it. */
export interface Opened {
  readonly vault: Vault
  /** `undefined` as long as none was needed. */
  readonly identity?: Identity | undefined
  /** Why stored values can't be had. */
  readonly locked?: UserError | undefined
  /** Why new values can't be stored. */
  readonly closed?: UserError | undefined
  /** There is no `secrets.age` yet. */
  readonly isNew?: boolean
  /** Who is listed and not accepted yet. */
  readonly waiting?: readonly Recipient[] | undefined
}

const EMPTY: Vault = { secrets: new Map(), previous: new Map(), byHand: new Set(), recipients: [] }

/**
 * Reads the files of a checkout. Writes nothing there; in the user's own folder, which store it was, and an identity for someone
 * who has none and meets a team's files.
 *
 * @param trust whether a store is used that is not the one that was read here before
 */
export async function open(places: Places, trust = false): Promise<Opened> {
  const [keys, text, recipients] = await Promise.all([
    findKeys(places.env, places.home),
    readText(places.vault),
    readRecipients(places.recipients),
  ])
  const isNew = text === undefined && recipients === undefined
  // Without a store nothing needs the user's own identity, and age is not loaded for it. One that was named is checked.
  if (isNew && !isIdentityNamed(places.env)) return { vault: EMPTY, isNew }
  const found = keys && (await identityOf(keys))
  if (isNew) return { vault: EMPTY, identity: found, isNew }
  let identity: Identity
  try {
    identity = found ?? (await ensureIdentity(places.env, places.home))
  } catch (error) {
    return { vault: EMPTY, locked: error as UserError, closed: error as UserError }
  }
  const closed = recipients && unlisted(places.recipients, recipients, identity)
  if (text === undefined) return { vault: EMPTY, identity, closed, isNew: true }
  const vault = await unseal(text, identity, places.vault)
  const locked =
    vault === undefined
      ? lockedFor(places, recipients ?? [], identity)
      : await recognize(places, vault, trust)
  if (vault !== undefined && locked === undefined)
    return { vault, identity, closed, waiting: newcomers(recipients ?? [], vault, identity) }
  return { vault: EMPTY, identity, locked, closed: locked }
}
