import { UserError } from '../core/errors.ts'
import { Secret, reveal } from '../core/secret.ts'
import { didYouMean } from '../core/suggest.ts'
import { checkName, variableOf } from './names.ts'
import type { Opened } from './opened.ts'
import { randomPassword } from './password.ts'
import type { Places } from './places.ts'
import { save } from './save.ts'
import { wireguardPrivateKey, wireguardPublicKey } from './wireguard.ts'

/** A key pair for a WireGuard interface, in base64 as `wg` prints them. */
export interface WireguardKey {
  readonly privateKey: Secret
  /** For the peers; not a secret. */
  readonly publicKey: string
}

/**
 * The secrets of a checkout, made when they are first asked for. Names are lower case words joined by dots or dashes.
 * `RUN_PLAYBOOK_SECRET_<NAME>` in the environment wins over what is stored, and is never stored.
 *
 * All that ask may throw a UserError: E_SECRETS_NAME, or E_SECRETS_LOCKED when the file is not encrypted for us.
 */
export class SecretStore {
  readonly #places: Places
  readonly #made = new Map<string, Secret>()
  readonly #given = new Map<string, Secret>()
  #opened: Opened

  /** Use `openSecrets`. */
  constructor(places: Places, opened: Opened) {
    this.#places = places
    this.#opened = opened
  }

  /** The operator's own public key, `age1…`: what a team adds to `recipients.txt`. `undefined` until one was needed. */
  get publicKey(): string | undefined {
    return this.#opened.identity?.recipients[0]
  }

  /**
   * A password: letters and digits when it is made here, anything but control characters when it is given.
   *
   * @param options.length of a new one, in characters. @default 32
   * @throws UserError E_SECRETS_KIND for a line break and its like, which `.pgpass` and many an env file can't carry
   * @example store.password('postgres.replication')
   */
  password(name: string, options: { readonly length?: number | undefined } = {}): Secret {
    const password = this.generate(name, () => randomPassword(options.length ?? 32))
    if (!/\p{Cc}/u.test(reveal(password))) return password
    throw new UserError(
      'E_SECRETS_KIND',
      `the password ${name} holds a line break or another control character`,
    )
  }

  /**
   * A secret of any kind.
   *
   * @param make called when there is none yet; what it returns is kept
   * @example store.generate('status.token', () => randomBytes(32).toString('hex'))
   */
  generate(name: string, make: () => string): Secret {
    const found = this.#find(name)
    if (found) return found
    if (this.#opened.closed) throw this.#opened.closed
    const secret = new Secret(name, make())
    this.#made.set(name, secret)
    return secret
  }

  /**
   * A WireGuard key pair. Only the private half is stored; the public one follows from it.
   *
   * @throws UserError E_SECRETS_KIND when something else is stored or given under that name
   * @example store.wireguardKey('wireguard.node-a').publicKey
   */
  wireguardKey(name: string): WireguardKey {
    const privateKey = this.generate(name, wireguardPrivateKey)
    const publicKey = wireguardPublicKey(reveal(privateKey))
    if (publicKey !== undefined) return { privateKey, publicKey }
    throw new UserError('E_SECRETS_KIND', `the secret ${name} is not a WireGuard private key`, {
      hint: 'It must be what wg genkey prints: 32 bytes in base64.',
    })
  }

  /**
   * A secret that can't be made up, such as the password of somebody else's service.
   *
   * @throws UserError E_SECRETS_MISSING saying how to provide it
   */
  get(name: string): Secret {
    const found = this.#find(name)
    if (found) return found
    const similar = didYouMean(name, [...this.#opened.vault.secrets.keys(), ...this.#made.keys()])
    throw new UserError('E_SECRETS_MISSING', `there is no secret ${name}`, {
      hint: `${similar === undefined ? '' : `Did you mean ${similar}? `}Set ${variableOf(name)}, or add it to ${this.#places.vault}.`,
    })
  }

  /** Whether {@link get} would find one. */
  has(name: string): boolean {
    return this.#find(name) !== undefined
  }

  /**
   * Keeps what was made. To be called before a value is first used on a host; a dry run doesn't call it. Writes only
   * when something is new, or when `recipients.txt` has changed; whole or not at all.
   *
   * @throws UserError E_SECRETS_CONFLICT when another run has stored other values meanwhile
   */
  async save(): Promise<void> {
    const added = new Map(this.#made)
    this.#opened = await save(this.#places, this.#opened, added)
    for (const name of added.keys()) this.#made.delete(name)
  }

  #find(name: string): Secret | undefined {
    checkName(name)
    const given = this.#fromEnvironment(name)
    if (given) return given
    if (this.#opened.locked) throw this.#opened.locked
    return this.#opened.vault.secrets.get(name) ?? this.#made.get(name)
  }

  #fromEnvironment(name: string): Secret | undefined {
    const variable = variableOf(name)
    const value = this.#places.env[variable]
    if (value === undefined) return undefined
    if (value === '') {
      // Were it ignored, a CI job that lost its secret would quietly make up a new one.
      throw new UserError('E_SECRETS_EMPTY', `${variable} is set but empty`, {
        hint: 'Give it a value, or unset it to use the stored secret.',
      })
    }
    const known = this.#given.get(name)
    if (known) return known
    const secret = new Secret(name, value)
    this.#given.set(name, secret)
    return secret
  }
}
