import { UserError } from '../core/errors.ts'
import type { Identity } from './identity.ts'
import type { Places } from './places.ts'
import type { Recipient } from './recipients.ts'

/** The file is encrypted, but not for us: says which file, who we are, and who can help. */
export function lockedFor(places: Places, recipients: readonly Recipient[], identity: Identity): UserError {
  const listed = isListed(recipients, identity)
  const add = listed ? '' : `Add that key to ${places.recipients} and commit it; then `
  const ask = `${listed ? 'Ask' : 'ask'} ${whoCan(recipients, identity)} to run ${places.command('recipients --accept')}, and to commit ${places.vault}`
  return new UserError(
    'E_SECRETS_LOCKED',
    `${places.vault} is not encrypted for your key ${identity.recipients[0]} (${identity.source})`,
    {
      hint: `${add}${ask}. If you are a member with another key, set RUN_PLAYBOOK_IDENTITY to its file. If nobody can decrypt it any more, docs/secrets.md says how to create a new one from what the nodes have.`,
    },
  )
}

/** What we would encrypt now we could not read afterwards. `undefined` when we could. */
export function unlisted(
  path: string,
  recipients: readonly Recipient[],
  identity: Identity,
): UserError | undefined {
  if (isListed(recipients, identity)) return undefined
  const message = `a new secret cannot be stored: ${path} does not list your key (${identity.source})`
  return new UserError('E_SECRETS_LOCKED', message, {
    hint: `Add this line to it: ${identity.recipients[0]}`,
  })
}

function isListed(recipients: readonly Recipient[], identity: Identity): boolean {
  return recipients.some(({ key }) => identity.recipients.includes(key))
}

function whoCan(recipients: readonly Recipient[], identity: Identity): string {
  const others = recipients.filter(({ key }) => !identity.recipients.includes(key))
  const names = others.map(({ key, who }) => who ?? key)
  return names.length === 0 ? 'the person who created it' : names.join(' or ')
}
