import { calledFrom } from '../core/call-site.ts'
import { UserError } from '../core/errors.ts'
import { Secret, reveal } from '../core/secret.ts'
import { didYouMean } from '../core/suggest.ts'
import { checkName, variableOf } from './names.ts'
import { type Certificate, type CertificateRequest, Certificates } from './certificates.ts'
import { type IssuedLogin, type ClientCertificate, type LoginAuthority, Logins, lostBook } from './logins.ts'
import { Given } from './given.ts'
import type { Opened } from './opened.ts'
import { randomPassword } from './password.ts'
import { type Places, newStoreText, othersText } from './places.ts'
import { save } from './save.ts'
import { type SigningKey, signature, signingPrivateKey, signingPublicKey } from './signing.ts'
import { type WireguardKey, wireguardPrivateKey, wireguardPublicKey } from './wireguard.ts'

/**
 * The secrets of a checkout, made when they are first asked for. Names are lower case words joined by dots or dashes.
 * `RUN_PLAYBOOK_SECRET_<NAME>` in the environment wins over what is stored, and is never stored.
 *
 * All that ask may throw a UserError: E_SECRETS_NAME, or E_SECRETS_LOCKED when the file is not encrypted for us.
 */
export class SecretStore {
  readonly #places: Places
  readonly #certificates: Certificates
  readonly #logins: Logins
  readonly #made = new Map<string, Secret>()
  readonly #given: Given
  readonly #asked = new Set<string>()
  #opened: Opened

  /** Use `openSecrets`. */
  constructor(places: Places, opened: Opened, now: () => Date) {
    this.#places = places
    this.#opened = opened
    this.#given = new Given(places.env)
    const values = {
      find: (one: string) => this.#find(one),
      generate: (one: string, make: () => string) => this.generate(one, make),
      isGiven: (one: string) => this.#given.find(one) !== undefined,
      command: (words: string) => this.command(words),
      replace: (one: string, value: string) => this.#replace(one, value),
    }
    this.#certificates = new Certificates(values, now)
    this.#logins = new Logins(values, this.#certificates, now)
  }

  /** The operator's own public key, `age1…`: what a team adds to `recipients.txt`. `undefined` until one was needed. */
  get publicKey(): string | undefined {
    return this.#opened.identity?.recipients[0]
  }

  /** Who is listed in `recipients.txt` and not accepted yet: `bob, age1…`. */
  get waiting(): readonly string[] {
    return (this.#opened.waiting ?? []).map(({ key, who }) => (who === undefined ? key : `${who}, ${key}`))
  }

  /** What to warn of before the first value is stored: a store is made although the project has others. */
  get newStore(): string | undefined {
    return this.#opened.isNew === true && this.#made.size > 0 ? newStoreText(this.#places) : undefined
  }

  /** Where else a secret may be, as long as this store is not there. */
  get elsewhere(): string | undefined {
    return this.#opened.isNew === true ? othersText(this.#places) : undefined
  }

  /** The command that works on this store, with the options that this run has. @example secrets.command('set mail.password') */
  command(words: string): string {
    return this.#places.command(words)
  }

  /**
   * Names that look misspelled: this run made a secret for each, and a stored one that nothing asked for has almost the same
   * name. Names that differ in their last character alone are taken for two of a series, such as `node-a` and `node-b`.
   */
  get misspelled(): readonly { readonly name: string; readonly meant: string }[] {
    const stored = [...this.#opened.vault.secrets.keys()]
    return [...this.#made.keys()].flatMap((name) => {
      if (stored.includes(name)) return []
      const others = stored.filter((one) => !this.#asked.has(one) && one.slice(0, -1) !== name.slice(0, -1))
      const meant = didYouMean(name, others, 2)
      return meant === undefined ? [] : [{ name, meant }]
    })
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
      `the password ${name} contains a line break or another control character`,
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
      hint: 'It must be a key as printed by wg genkey: 32 bytes in base64.',
    })
  }

  /**
   * A key pair (Ed25519) that signs on this machine what hosts then check. Only the private half is stored, and no host gets it.
   *
   * @throws UserError E_SECRETS_KIND when something else is stored or given under that name
   * @example store.signingKey('promotion.key').sign('node-b was promoted')
   */
  signingKey(name: string): SigningKey {
    const privateKey = this.generate(name, signingPrivateKey)
    const publicKey = signingPublicKey(reveal(privateKey))
    const keys = [privateKey, ...this.previous(name)]
    const sign = (text: string) => keys.flatMap((key) => signature(text, reveal(key)) ?? [])
    if (publicKey !== undefined) return { publicKey, sign }
    throw new UserError('E_SECRETS_KIND', `the secret ${name} is not a key that can sign`, {
      hint: 'It must be an Ed25519 key in PEM, as printed by openssl genpkey -algorithm ed25519.',
    })
  }

  /**
   * A TLS certificate with its key, for both ends of a connection between nodes. Issued by an authority of our own,
   * which is made on first need too; issued anew when less than a third of its three years is left, and when it no
   * longer says what is asked for. Three years, because nodes get a new one only when an operator runs a playbook. The
   * authority's ten years are renewed in the same way, with the same key: certificates of before and after stay good.
   *
   * @param request.authority name of the authority, stored as the secret `<name>.authority`
   * @param request.commonName whom the other end takes the holder for
   * @param request.addresses where the holder is reached, IP addresses
   * @param request.names and its host names, if any. @default none
   * @throws UserError E_BAD_ARGUMENT for an address or a host name that is none
   * @throws UserError E_SECRETS_KIND when something else is stored or given under one of the names
   * @example store.certificate('pgbackrest.node-a', { authority: 'pgbackrest', commonName: 'node-a', addresses: ['10.88.0.11'] })
   */
  certificate(name: string, request: CertificateRequest): Certificate {
    return this.#certificates.issue(name, request)
  }

  /**
   * The authority whose certificates let clients log in: what a server checks them with. Made on first need, renewed in time with
   * the same key. Only the store has that key: whoever has a server cannot issue certificates.
   *
   * @param name stored as the secrets `<name>.authority` and `<name>.issued`
   * @throws UserError E_SECRETS_KIND when something else is stored or given under one of the names
   * @example store.loginAuthority('clients').certificate
   */
  loginAuthority(name: string): LoginAuthority {
    return this.#logins.authority(name)
  }

  /**
   * A certificate that lets its holder log in as `commonName` for so many days. Its key is in no store: it is only returned.
   *
   * @throws UserError E_SECRETS_KIND for an authority of hosts, and for one whose key is not in the store
   * @example store.issueLogin('clients', 'app', 90)
   */
  issueLogin(authority: string, commonName: string, days: number): ClientCertificate {
    return this.#logins.issue(authority, commonName, days)
  }

  /** What an authority has issued, revoked ones too. @example store.issuedLogins('clients') */
  issuedLogins(authority: string): readonly IssuedLogin[] {
    return this.#logins.issued(authority)
  }

  /** Revokes all of a name, or one by its serial number. @returns those that this revoked. @example store.revokeLogins('clients', 'app') */
  revokeLogins(authority: string, which: string): readonly IssuedLogin[] {
    return this.#logins.revoke(authority, which)
  }

  /** What to adopt of an authority whose key is lost, as a host had it. @example store.lostLogins('clients', certificate, list) */
  lostLogins(authority: string, certificate: string, list: string): Secret | undefined {
    return lostBook(authority, certificate, list)
  }

  /** Takes another authority, with a new key: servers refuse all certificates of the one before. @example store.replaceLogins('clients') */
  replaceLogins(authority: string): void {
    this.#logins.replace(authority)
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
    const meant = similar === undefined ? '' : `Did you mean ${similar}? `
    const others = this.elsewhere === undefined ? '' : `${this.elsewhere} `
    throw new UserError('E_SECRETS_MISSING', `there is no secret ${name}`, {
      at: calledFrom(SecretStore.prototype.get),
      hint: `${meant}${others}Set ${variableOf(name)}, or add it to ${this.#places.vault}: ${this.command(`set ${name}`)}`,
    })
  }

  /** Whether {@link get} would find one. */
  has(name: string): boolean {
    return this.#find(name) !== undefined
  }

  /**
   * Whether a value is stored, or given by the environment: not one that this run has made and not saved yet.
   *
   * @example if (!secrets.isKept('postgres.superuser')) throw new UserError(…)
   */
  isKept(name: string): boolean {
    checkName(name)
    return this.#given.find(name) !== undefined || this.#opened.vault.secrets.has(name)
  }

  /**
   * What a secret was before, newest first, as far as that is known: of one that was rotated or replaced, and the stored value of
   * one that the environment gives. Hosts have it until they get the new one.
   *
   * @example secrets.previous('postgres.replicator')
   */
  previous(name: string): readonly Secret[] {
    checkName(name)
    const { secrets, previous } = this.#opened.vault
    const hidden = this.#given.find(name) === undefined ? undefined : secrets.get(name)
    const current = this.#find(name)
    return [...(hidden === undefined ? [] : [hidden]), ...(previous.get(name) ?? [])].filter(
      (one) => current === undefined || reveal(one) !== reveal(current),
    )
  }

  /**
   * Takes a value that exists elsewhere, such as on a host, into the store; the next {@link save} keeps it. It takes the place of
   * one that is stored under that name, and the environment wins over both.
   *
   * @param value what to store
   * @throws UserError E_SECRETS_LOCKED when the store is not encrypted for us
   * @example secrets.adopt('postgres.superuser', passwordOfTheNode)
   */
  adopt(name: string, value: Secret): void {
    checkName(name)
    const closed = this.#opened.locked ?? this.#opened.closed
    if (closed) throw closed
    this.#made.set(name, new Secret(name, reveal(value)))
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

  #replace(name: string, value: string): void {
    if (this.#opened.closed) throw this.#opened.closed
    this.#made.set(name, new Secret(name, value))
  }

  #find(name: string): Secret | undefined {
    checkName(name)
    this.#asked.add(name)
    const given = this.#given.find(name)
    if (given) return given
    if (this.#opened.locked) throw this.#opened.locked
    // What was made is newer: a renewed certificate takes the place of the stored one.
    return this.#made.get(name) ?? this.#opened.vault.secrets.get(name)
  }
}
