import { UserError } from '../core/errors.ts'
import { Secret, reveal } from '../core/secret.ts'
import {
  type Bundle,
  canIssue,
  checkHolder,
  fits,
  isDue,
  isIssuedBy,
  makeAuthority,
  makeLeaf,
  parseBundle,
  parseLoneCertificate,
} from './certificate.ts'
import { variableOf } from './names.ts'
import type { Holder } from './x509.ts'

/** What a certificate is asked for. */
export interface CertificateRequest extends Holder {
  readonly authority: string
}

/** A certificate of an authority of our own. All texts are PEM. */
export interface Certificate {
  /** The authority's certificate: what the other end trusts. Not a secret. */
  readonly authority: string
  readonly certificate: string
  readonly privateKey: Secret
  readonly notAfter: Date
}

/** The values of a store, as certificates need them. */
export interface Values {
  find(name: string): Secret | undefined
  /** What is there, or else what is made. */
  generate(name: string, make: () => string): Secret
  /** Whether the environment gives it: that is never replaced. */
  isGiven(name: string): boolean
  /** The command that works on the store. */
  command(words: string): string
  /** @throws UserError where nothing can be stored */
  replace(name: string, value: string): void
}

/** Certificates among the values of a store. Each is a secret: its key and itself in PEM, one after the other. */
export class Certificates {
  readonly #values: Values
  readonly #now: () => Date

  constructor(values: Values, now: () => Date) {
    this.#values = values
    this.#now = now
  }

  /** The one that is stored as long as it is good, else a new one. */
  issue(name: string, request: CertificateRequest): Certificate {
    const now = this.#now()
    checkHolder(request)
    const authorityName = `${request.authority}.authority`
    const kept = this.#ofLostAuthority(name, authorityName, request)
    if (kept) return kept
    const authority = this.authority(request.authority)
    const own = this.#bundle(
      name,
      (old) => !isDue(old, now) && fits(old, authority, request),
      () => makeLeaf(authority, request, now),
    )
    // Its peers would refuse it. One that is made here is right; one that is given must go with its authority.
    if (!isIssuedBy(own, authority))
      throw new UserError('E_SECRETS_KIND', `the certificate ${name} was not issued by ${authorityName}`, {
        hint: `Give ${variableOf(authorityName)} too, or unset ${variableOf(name)}.`,
      })
    return certificateOf(name, own, authority)
  }

  /** The authority of that name, made on first need; renewed with its key while a third of its life is left. */
  authority(name: string): Bundle {
    const now = this.#now()
    const secret = `${name}.authority`
    const authority = this.#bundle(
      secret,
      (old) => !isDue(old, now),
      (old) => makeAuthority(`run-playbook ${name}`, now, old?.key),
    )
    if (canIssue(authority)) return authority
    throw new UserError('E_SECRETS_KIND', `the secret ${secret} cannot issue certificates`, {
      hint: 'It must be the certificate of an authority (CA:TRUE) and its key, on an elliptic curve.',
    })
  }

  /**
   * Of an authority whose key is lost, while it is good: the store was made anew from what the hosts had, and no host has that key.
   * The first certificate that has to be issued takes a new authority, and all others follow it.
   */
  #ofLostAuthority(
    name: string,
    authorityName: string,
    request: CertificateRequest,
  ): Certificate | undefined {
    const [authority, own] = [this.#values.find(authorityName), this.#values.find(name)]
    const certificate = authority && parseLoneCertificate(reveal(authority))
    const bundle = own && parseBundle(reveal(own))
    if (certificate === undefined || bundle === undefined) return undefined
    const due = [{ certificate }, bundle].some((one) => isDue(one, this.#now()))
    return due || !fits(bundle, { certificate }, request)
      ? undefined
      : certificateOf(name, bundle, { certificate })
  }

  /** What is stored under a name as long as it is `good`, else a new one; what the environment gives is never replaced. */
  #bundle(name: string, good: (old: Bundle) => boolean, make: (old: Bundle | undefined) => string): Bundle {
    const found = this.#values.generate(name, () => make(undefined))
    const bundle = parseBundle(reveal(found))
    const given = this.#values.isGiven(name)
    if (bundle === undefined && (given || parseLoneCertificate(reveal(found)) === undefined))
      throw new UserError('E_SECRETS_KIND', `the secret ${name} is not a private key with its certificate`, {
        hint: 'It must be both in PEM, one after the other.',
      })
    if (bundle !== undefined && (good(bundle) || given)) return bundle
    const renewed = make(bundle)
    this.#values.replace(name, renewed)
    return parseBundle(renewed) as Bundle
  }
}

const certificateOf = (name: string, own: Bundle, authority: Pick<Bundle, 'certificate'>): Certificate => ({
  authority: authority.certificate.toString(),
  certificate: own.certificate.toString(),
  privateKey: new Secret(name, own.key.export({ type: 'pkcs8', format: 'pem' }).toString()),
  notAfter: new Date(own.certificate.validTo),
})
