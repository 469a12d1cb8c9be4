import { UserError } from '../core/errors.ts'
import { Secret, reveal } from '../core/secret.ts'
import { parseBundle, parseLoneCertificate } from '../secrets/certificate.ts'
import { findKeys } from '../secrets/identity.ts'
import { checkName, variableOf } from '../secrets/names.ts'
import { newStoreText } from '../secrets/places.ts'
import { save } from '../secrets/save.ts'
import { signingPublicKey } from '../secrets/signing.ts'
import { SecretStore } from '../secrets/store.ts'
import { wireguardPublicKey } from '../secrets/wireguard.ts'
import { askSecret } from './ask-password.ts'
import type { SecretsContext } from './secrets-context.ts'

export const NEXT = 'The next run of the playbooks that use it deploys it to the hosts.'

/** The names of all secrets, and what kind each is. */
export function listSecrets({ opened, places, session }: SecretsContext): Promise<number> {
  const found = [...opened.vault.secrets]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ({
      name,
      kind: kindOf(reveal(value)),
      ...(places.env[variableOf(name)] !== undefined && { overriddenBy: variableOf(name) }),
    }))
  const width = Math.max(0, ...found.map(({ name }) => name.length))
  session.outlet.print(
    () =>
      found.length === 0
        ? `There are no secrets in ${places.vault}.`
        : found
            .map(({ name, kind, overriddenBy }) => {
              const other = overriddenBy === undefined ? '' : `, not used: ${overriddenBy} is set`
              return `${name.padEnd(width)}  ${kind}${other}`
            })
            .join('\n'),
    () => found.map((one) => ({ type: 'secret', ...one })),
  )
  return Promise.resolve(0)
}

/** Prints the value that a run would use; with `certificate` only what of it is not secret. */
export function getSecret(
  { opened, places, session }: SecretsContext,
  name: string,
  certificate: boolean,
): Promise<number> {
  const value = reveal(new SecretStore(places, opened, () => new Date()).get(name))
  session.outlet.printSecret(name, certificate ? certificateIn(name, value) : value)
  return Promise.resolve(0)
}

function certificateIn(name: string, value: string): string {
  const found = parseBundle(value)?.certificate ?? parseLoneCertificate(value)
  if (found !== undefined) return found.toString()
  throw new UserError('E_SECRETS_KIND', `the secret ${name} is not a certificate`, {
    hint: 'Leave out --certificate to print it as it is.',
  })
}

/** Stores a value from standard input. It is no argument: those show in `ps` and in the shell's history. */
export async function setSecret(context: SecretsContext, name: string, replace: boolean): Promise<number> {
  const { opened, places } = context
  checkName(name)
  const there = opened.vault.secrets.has(name)
  if (there && !replace)
    throw new UserError('E_SECRETS_CONFLICT', `the secret ${name} exists already`, {
      hint: 'Use --replace to store another value. Hosts keep the old one until the next run.',
    })
  const value = await askSecret(`${name}: `)
  if (value === '')
    throw new UserError('E_SECRETS_EMPTY', `no value was given for ${name}: nothing was stored`)
  if (opened.isNew === true) warnOfNewStore(context)
  const isFirst = opened.identity === undefined && (await findKeys(places.env, places.home)) === undefined
  const { identity } = await save(places, opened, new Map([[name, new Secret(name, value)]]), {
    byHand: true,
  })
  say(context, `${name} is ${there ? 'replaced' : 'stored'} in ${places.vault}. ${NEXT}`)
  if (isFirst && identity !== undefined)
    say(
      context,
      `Your key for it is new: ${identity.source}. Keep a copy in a safe place; without it nobody can read the secrets.`,
    )
  return 0
}

/** Opening it has remembered it. */
export function trustStore(context: SecretsContext): Promise<number> {
  const { opened, places } = context
  if (opened.vault.secrets.size === 0)
    throw new UserError('E_SECRETS_MISSING', `there are no secrets in ${places.vault}`)
  say(
    context,
    `You use ${places.vault} from now on. Its secrets: ${places.command('list')}. Who can read them: ${places.command('recipients')}.`,
  )
  return Promise.resolve(0)
}

function warnOfNewStore(context: SecretsContext): void {
  const text = newStoreText(context.places)
  if (text !== undefined) say(context, text, 'warning')
}

export function say({ session }: SecretsContext, text: string, level: 'info' | 'warning' = 'info'): void {
  session.outlet.print(
    () => text,
    () => [{ type: 'notice', level, text }],
  )
}

export function kindOf(value: string): 'certificate' | 'WireGuard key' | 'signing key' | 'text' {
  if (parseBundle(value) !== undefined) return 'certificate'
  if (signingPublicKey(value) !== undefined) return 'signing key'
  return wireguardPublicKey(value) === undefined ? 'text' : 'WireGuard key'
}
