import { chmod, mkdir, open, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { UserError } from '../core/errors.ts'
import { reveal } from '../core/secret.ts'
import type { IssuedLogin } from '../secrets/logins.ts'
import { SecretStore } from '../secrets/store.ts'
import { say } from './secrets-commands.ts'
import type { SecretsContext } from './secrets-context.ts'

export interface Issue {
  readonly days: string
  readonly to: string
}

const MOST_DAYS = 3650

const storeOf = ({ places, opened }: SecretsContext) => new SecretStore(places, opened, () => new Date())

/** Issues a certificate that lets its holder log in. Its key is written to the folder, and kept nowhere else. */
export async function issueLogin(
  context: SecretsContext,
  authority: string,
  name: string,
  { days, to }: Issue,
): Promise<number> {
  const life = /^\d{1,4}$/.test(days) ? Number(days) : 0
  if (life < 1 || life > MOST_DAYS)
    throw new UserError('E_BAD_ARGUMENT', `--days is ${days}: it must be a number from 1 to ${MOST_DAYS}`)
  const store = storeOf(context)
  const { privateKey, certificate, serial, notAfter } = store.issueLogin(authority, name, life)
  const files = {
    [join(to, 'client.key')]: reveal(privateKey),
    [join(to, 'client.crt')]: certificate,
  }
  await mkdir(to, { recursive: true, mode: 0o700 })
  await writeNew(files, () => store.save())
  const [keyFile, certificateFile] = Object.keys(files)
  say(
    context,
    `${certificateFile} lets its holder log in as ${name} until ${day(notAfter.toISOString())}; serial number ${serial}.
${keyFile} is its private key, the only copy: give both to the client, and keep the key secret.`,
  )
  return 0
}

/** All of them or none, and none in the place of another. What makes them good is done when they can be written. */
async function writeNew(files: Readonly<Record<string, string>>, ready: () => Promise<void>): Promise<void> {
  const made: string[] = []
  try {
    for (const path of Object.keys(files)) {
      const file = await open(path, 'wx', 0o600)
      made.push(path)
      await file.close()
    }
    await ready()
    for (const [path, text] of Object.entries(files)) {
      await writeFile(path, text)
      if (path.endsWith('.crt')) await chmod(path, 0o644)
    }
  } catch (error) {
    for (const path of made) await rm(path, { force: true })
    const { code, path } = error as NodeJS.ErrnoException
    if (code !== 'EEXIST') throw error
    throw new UserError('E_SECRETS_CONFLICT', `${path} exists already`, {
      hint: 'Choose another folder with --to, or move the file away. Nothing was issued.',
    })
  }
}

/** Revokes certificates by the name that they are for, or one by its serial number. */
export async function revokeLogins(
  context: SecretsContext,
  authority: string,
  which: string,
): Promise<number> {
  const store = storeOf(context)
  const revoked = store.revokeLogins(authority, which)
  if (revoked.length === 0)
    throw new UserError('E_SECRETS_MISSING', `${authority} has no certificate ${which} that is not revoked`, {
      hint: `See ${context.places.command(`issued ${authority}`)}.`,
    })
  await store.save()
  const serials = revoked.map(({ serial }) => serial).join(', ')
  say(
    context,
    `Revoked: ${revoked[0]?.name}, serial number ${serials}. Servers refuse new connections with it after the next run. Sessions that exist stay.`,
  )
  return 0
}

/** What an authority has issued, and what of it counts. */
export function listLogins(context: SecretsContext, authority: string): Promise<number> {
  const found = storeOf(context).issuedLogins(authority)
  const width = Math.max(0, ...found.map(({ name }) => name.length))
  context.session.outlet.print(
    () =>
      found.length === 0
        ? `${authority} has issued no certificates.`
        : found.map((one) => `${one.name.padEnd(width)}  ${one.serial}  ${stateOf(one)}`).join('\n'),
    () => found.map((one) => ({ type: 'certificate', ...one })),
  )
  return Promise.resolve(0)
}

function stateOf({ until, revoked }: IssuedLogin): string {
  if (revoked !== undefined) return `revoked ${day(revoked)}`
  return `${Date.parse(until) < Date.now() ? 'expired' : 'good until'} ${day(until)}`
}

const day = (time: string): string => time.slice(0, 10)
