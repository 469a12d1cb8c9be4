import { UserError } from '../core/errors.ts'
import { type Secret, reveal } from '../core/secret.ts'
import { marksOf } from './by-hand.ts'
import { readText, replaceFile } from './files.ts'
import { ensureIdentity } from './identity.ts'
import { newStoreId, recognize } from './known-stores.ts'
import { withLock } from './lock.ts'
import { lockedFor, unlisted } from './locked.ts'
import type { Opened } from './opened.ts'
import type { Places } from './places.ts'
import { newcomers } from './newcomers.ts'
import { ensureRecipients } from './recipients.ts'
import { type Vault, seal, unseal } from './vault.ts'

interface Also {
  /** Names of values to forget. */
  readonly removed?: readonly string[]
  /** Whether those who are new in `recipients.txt` are accepted. @default false */
  readonly accept?: boolean
  /** Whether a user has set what is added. @default false */
  readonly byHand?: boolean
}

/**
 * Adds new values to what is stored by now, and encrypts it for everybody in `recipients.txt` who was accepted. Writes only what
 * differs.
 *
 * @param added values that this run made, not used on any host yet
 * @throws UserError E_SECRETS_CONFLICT when another run has stored others under the same names since we looked
 */
export async function save(
  places: Places,
  before: Opened,
  added: ReadonlyMap<string, Secret>,
  { removed = [], accept = false, byHand = false }: Also = {},
): Promise<Opened> {
  // Who can't read or isn't listed has nothing to say about for whom it is encrypted.
  const changes = added.size + removed.length
  if (changes === 0 && (before.closed || before.vault.secrets.size === 0)) return before
  const identity = before.identity ?? (await ensureIdentity(places.env, places.home))
  const recipients = await ensureRecipients(places.recipients, identity.recipients[0]!)
  const closed = unlisted(places.recipients, recipients, identity)
  if (closed) throw closed
  const keysFor = (vault: Vault): string[] => {
    const waiting = accept ? [] : newcomers(recipients, vault, identity)
    return [...new Set(recipients.filter((one) => !waiting.includes(one)).map(({ key }) => key))]
  }
  if (changes === 0 && sameSet(keysFor(before.vault), before.vault.recipients)) return before

  return withLock(places.lock, async (assertHeld) => {
    const text = await readText(places.vault)
    const stored = text === undefined ? before.vault : await unseal(text, identity, places.vault)
    if (stored === undefined) throw lockedFor(places, recipients, identity)
    const other = text === undefined ? undefined : await recognize(places, stored)
    if (other) throw other
    refuseConflicts(places.vault, stored, added, before.vault)
    const kept = [...stored.secrets].filter(([name]) => !removed.includes(name))
    const secrets = new Map([...kept, ...added])
    const previous = withReplaced(stored, added)
    const vault: Vault = {
      secrets,
      previous,
      byHand: marksOf({ secrets, previous, byHand: stored.byHand }, byHand ? added : new Map()),
      recipients: keysFor(stored),
      id: stored.id ?? newStoreId(),
    }
    await replaceFile(places.vault, await seal(vault), 0o600, assertHeld)
    await recognize(places, vault, true)
    return { vault, identity, waiting: newcomers(recipients, vault, identity) }
  })
}

/** How many earlier values of a secret are kept: it may be rotated again before the hosts have the last one. */
const KEPT = 5

/** Certificates are not kept: a host that has an old one is not locked out by it. */
function withReplaced({ secrets, previous }: Vault, added: ReadonlyMap<string, Secret>): Vault['previous'] {
  const replaced = [...added].flatMap(([name, value]) => {
    const old = secrets.get(name)
    if (old === undefined || reveal(old) === reveal(value) || reveal(old).includes('-----BEGIN')) return []
    const others = (previous.get(name) ?? []).filter((one) => reveal(one) !== reveal(value))
    return [[name, [old, ...others].slice(0, KEPT)] as const]
  })
  return new Map([...previous, ...replaced])
}

/** Values that were handed out can't be called back; as they are not used anywhere yet, to stop is safe. */
function refuseConflicts(path: string, stored: Vault, added: ReadonlyMap<string, Secret>, seen: Vault): void {
  const taken = [...added].filter(([name, value]) => {
    const other = stored.secrets.get(name)
    if (other === undefined || reveal(other) === reveal(value)) return false
    // A renewed certificate may take the place of the one that we saw, but of no other.
    const known = seen.secrets.get(name)
    return known === undefined || reveal(known) !== reveal(other)
  })
  if (taken.length === 0) return
  const names = taken.map(([name]) => name).join(', ')
  throw new UserError('E_SECRETS_CONFLICT', `another run has just stored ${names} in ${path}`, {
    hint: 'Nothing was changed: run again, and the stored values are used.',
  })
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return new Set(a).size === new Set(b).size && a.every((item) => b.includes(item))
}
