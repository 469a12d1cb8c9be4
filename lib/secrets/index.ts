import { homedir } from 'node:os'
import { open } from './opened.ts'
import { placesIn } from './places.ts'
import { SecretStore } from './store.ts'

export { fingerprint } from './fingerprint.ts'
export type { Certificate, CertificateRequest } from './certificates.ts'
export type { IssuedLogin, ClientCertificate, LoginAuthority } from './logins.ts'
export type { SecretStore } from './store.ts'
export type { SigningKey } from './signing.ts'
export type { WireguardKey } from './wireguard.ts'

/**
 * Opens the secrets of a checkout: `secrets.age`, encrypted for the keys in `recipients.txt`. On a fresh checkout
 * there is neither; they are made by the first `save`.
 *
 * A file that we can't decrypt is no error yet: the first one who asks for a value that the environment doesn't give
 * gets it. So it is found before any host is touched, and never by those who need no secret.
 *
 * @param options.stateDir folder of both files
 * @param options.env @default process.env
 * @param options.home where `.config/run-playbook/identity.txt` is. @default the user's home
 * @param options.now the clock that certificates are issued and renewed by. @default the machine's
 * @param options.command what works on this store, for messages. @default `run-playbook secrets`
 * @param options.others the `secrets.age` of other stores of the project, for messages. @default none
 * @throws UserError E_SECRETS_IDENTITY, E_SECRETS_RECIPIENTS, E_SECRETS_DAMAGED
 *
 * @example
 * const secrets = await openSecrets({ stateDir: 'secrets' })
 * const password = secrets.password('postgres.replication')
 * await secrets.save()
 */
export async function openSecrets(options: {
  readonly stateDir: string
  readonly env?: NodeJS.ProcessEnv | undefined
  readonly home?: string | undefined
  readonly now?: (() => Date) | undefined
  readonly command?: ((words: string) => string) | undefined
  readonly others?: (() => readonly string[]) | undefined
}): Promise<SecretStore> {
  const places = placesIn(options.stateDir, options.env ?? process.env, options.home ?? homedir(), options)
  return new SecretStore(places, await open(places), options.now ?? (() => new Date()))
}
export type { Holder } from './x509.ts'
