import { readRecipients } from '../secrets/recipients.ts'
import { save } from '../secrets/save.ts'
import type { SecretsContext } from './secrets-context.ts'

/** Who can read the store, and who is listed in `recipients.txt` and cannot yet. @param accept lets those in */
export async function showRecipients(
  { opened, places, session }: SecretsContext,
  accept: boolean,
): Promise<number> {
  const { vault } = accept ? await save(places, opened, new Map(), { accept: true }) : opened
  const listed = (await readRecipients(places.recipients)) ?? []
  const found = listed.map(({ key, who }) => ({ key, who, reads: vault.recipients.includes(key) }))
  const removed = vault.recipients
    .filter((key) => !listed.some((one) => one.key === key))
    .map((key) => ({ key, who: undefined, reads: true, removed: true }))
  session.outlet.print(
    () =>
      [...found, ...removed]
        .map((one) => {
          const state =
            'removed' in one
              ? REMOVED
              : one.reads
                ? 'can read the secrets'
                : `${NEW}: ${places.command('recipients --accept')}`
          return `${one.key}  ${one.who ?? '(no comment)'}\n  ${state}`
        })
        .join('\n') || `There is no ${places.recipients} yet: the first secret creates it.`,
    () => [...found, ...removed].map((one) => ({ type: 'recipient', ...one })),
  )
  return 0
}

const NEW = 'cannot read the secrets yet. To let them in'
const REMOVED = 'not in recipients.txt any more: can read the secrets until the next run or change'
