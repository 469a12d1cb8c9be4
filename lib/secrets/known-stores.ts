import { createHash, randomBytes } from 'node:crypto'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { UserError } from '../core/errors.ts'
import { readText } from './files.ts'
import { type Places, configFolder } from './places.ts'
import type { Vault } from './vault.ts'

/**
 * The stores that this user has read, as `known_hosts` is for hosts: `{"/srv/infra/.run-playbook/secrets.age": ["hash of its id"]}`.
 * The keys in `recipients.txt` are public, so anybody can encrypt a store for them. Only the id, which is inside, tells whether a
 * store was written by somebody who could read one that was there before.
 */
const fileOf = ({ env, home }: Places): string => join(configFolder(env, home), 'known_stores.json')

/**
 * Remembers a store. The first one that is read at a place is believed, and so is one that is put back.
 *
 * @param trust whether another one is believed, too
 * @returns what is wrong with a store that is none of those that were read here before; it is not remembered
 */
export async function recognize(places: Places, vault: Vault, trust = false): Promise<UserError | undefined> {
  const known = await readKnown(places)
  const path = resolve(places.vault)
  const here = known[path] ?? []
  const hash = hashOf(vault)
  if (hash !== undefined && here.includes(hash)) return undefined
  if (here.length > 0 && !trust)
    return new UserError(
      'E_SECRETS_REPLACED',
      `${places.vault} is not the store that you used here before: it was created anew, with values that somebody chose`,
      {
        hint: `If you or a colleague created it anew: ${places.command('trust')}. If not, take the old one back: git log on that file shows who changed it.`,
      },
    )
  // One without an id, as an earlier version made it, cannot be told from others: it is as if none was read before.
  if (hash !== undefined || trust)
    await writeKnown(places, { ...known, [path]: hash === undefined ? [] : [...here, hash] })
  return undefined
}

export const newStoreId = (): string => randomBytes(24).toString('base64url')

const hashOf = ({ id }: Vault): string | undefined =>
  id === undefined ? undefined : createHash('sha256').update(id).digest('base64url')

const Known = z.record(z.string(), z.array(z.string()))

async function readKnown(places: Places): Promise<z.infer<typeof Known>> {
  const text = await readText(fileOf(places)).catch(unusable)
  if (text === undefined) return {}
  try {
    return Known.parse(JSON.parse(text))
  } catch {
    throw new UserError(
      'E_SECRETS_KNOWN',
      `${fileOf(places)} is damaged: it was not written by run-playbook`,
      {
        hint: 'Remove it. The next command remembers the store that it reads: check before that it is yours.',
      },
    )
  }
}

async function writeKnown(places: Places, known: z.infer<typeof Known>): Promise<void> {
  const file = fileOf(places)
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    await writeFile(temporary, `${JSON.stringify(known, null, 2)}\n`, { mode: 0o600 })
    await rename(temporary, file)
  } catch (error) {
    unusable(error)
  }
}

/** A user without a home, or with one that cannot be written, as CI jobs often are, remembers no store. */
function unusable(error: unknown): undefined {
  const { code = '' } = error as NodeJS.ErrnoException
  if (!['EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ENOTDIR'].includes(code)) throw error
}
