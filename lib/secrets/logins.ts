import * as z from 'zod'
import { UserError } from '../core/errors.ts'
import { Secret, reveal } from '../core/secret.ts'
import { checkHolder, makeAuthority, makeLogin, parseBundle, parseLoneCertificate } from './certificate.ts'
import type { Certificates, Values } from './certificates.ts'
import { issueRevocations } from './x509.ts'

/** What a server that clients log in to with certificates needs of their authority. Nothing of it is secret. */
export interface LoginAuthority {
  /** The certificate of the authority, in PEM. */
  readonly certificate: string
  /** The list of what it has revoked, in PEM; undefined for an authority that is not ours, whose key is not in the store. */
  readonly revoked: string | undefined
  readonly notAfter: Date
}

const issuedSchema = z.strictObject({
  name: z.string(),
  /** In hexadecimal, as openssl prints it. */
  serial: z.string(),
  until: z.iso.datetime(),
  revoked: z.iso.datetime().optional(),
})

/** A certificate that was issued for a login. Its key is with its holder alone. */
export type IssuedLogin = z.output<typeof issuedSchema>

/** A new one with its key, in PEM. */
export interface ClientCertificate {
  readonly certificate: string
  readonly privateKey: Secret
  /** In hexadecimal. */
  readonly serial: string
  readonly notAfter: Date
}

const recordSchema = z.strictObject({
  /** Fingerprint of the certificate that the list was made with. */
  authority: z.string(),
  list: z.string(),
  issued: z.array(issuedSchema),
})

type Book = z.output<typeof recordSchema>

/** Name in the store of what an authority has issued. */
export const bookOf = (authority: string): string => `${authority}.issued`

/** Authorities whose certificates let clients log in, among the values of a store. */
export class Logins {
  readonly #values: Values
  readonly #certificates: Certificates
  readonly #now: () => Date

  constructor(values: Values, certificates: Certificates, now: () => Date) {
    this.#values = values
    this.#certificates = certificates
    this.#now = now
  }

  /** What servers need. Made on first need. */
  authority(name: string): LoginAuthority {
    const lone = this.#lone(name)
    if (lone !== undefined) {
      const book = this.#book(name)
      return {
        // With those that stand behind it: a company's may be one of several.
        certificate: lone.text,
        revoked: book?.authority === lone.certificate.fingerprint256 ? book.list : undefined,
        notAfter: new Date(lone.certificate.validTo),
      }
    }
    const { certificate } = this.#certificates.authority(name)
    const { list } = this.#current(name)
    return { certificate: certificate.toString(), revoked: list, notAfter: new Date(certificate.validTo) }
  }

  issued(name: string): readonly IssuedLogin[] {
    return this.#book(name)?.issued ?? []
  }

  /** @throws UserError E_SECRETS_KIND where this authority is not one for logins, or lives shorter */
  issue(name: string, commonName: string, days: number): ClientCertificate {
    checkHolder({ commonName, addresses: [] })
    this.#refuseOthers(name)
    const authority = this.#certificates.authority(name)
    const login = makeLogin(authority, commonName, days, this.#now())
    if (Date.parse(login.certificate.validTo) > Date.parse(authority.certificate.validTo))
      throw new UserError(
        'E_BAD_ARGUMENT',
        `${days} days are more than the authority ${name} is good for: until ${authority.certificate.validTo}`,
      )
    const book = this.#current(name)
    const { serialNumber: serial, validTo } = login.certificate
    const entry = { name: commonName, serial, until: new Date(validTo).toISOString() }
    this.#write(name, { ...book, issued: [...book.issued, entry] })
    return {
      certificate: login.certificate.toString(),
      privateKey: new Secret(
        `${name} key of ${commonName}`,
        login.key.export({ type: 'pkcs8', format: 'pem' }).toString(),
      ),
      serial,
      notAfter: new Date(validTo),
    }
  }

  /** Revokes all of a name, or the one with a serial number. @returns those that were revoked by it */
  revoke(name: string, which: string): readonly IssuedLogin[] {
    this.#refuseOthers(name)
    const book = this.#current(name)
    const chosen = book.issued.filter(
      (one) => one.revoked === undefined && (one.name === which || one.serial === which.toUpperCase()),
    )
    const now = this.#now()
    const issued = book.issued.map((one) =>
      chosen.includes(one) ? { ...one, revoked: now.toISOString() } : one,
    )
    if (chosen.length > 0) this.#write(name, this.#bookWith(name, issued))
    return chosen
  }

  /** Another authority with another key, which has issued nothing: no certificate of the one before counts any more. */
  replace(name: string): void {
    this.#values.replace(`${name}.authority`, makeAuthority(`run-playbook ${name}`, this.#now()))
    this.#write(name, this.#bookWith(name, []))
  }

  /** The book, with a list that the authority of today has signed. */
  #current(name: string): Book {
    const book = this.#book(name)
    const { fingerprint256 } = this.#certificates.authority(name).certificate
    if (book?.authority === fingerprint256) return book
    const made = this.#bookWith(name, book?.issued ?? [])
    this.#write(name, made)
    return made
  }

  #bookWith(name: string, issued: readonly IssuedLogin[]): Book {
    const authority = this.#certificates.authority(name)
    const serials = issued.filter(({ revoked }) => revoked !== undefined).map(({ serial }) => serial)
    return {
      authority: authority.certificate.fingerprint256,
      list: issueRevocations(authority, serials, this.#now()),
      issued: [...issued],
    }
  }

  // Whoever has a certificate of the authority of the hosts can pose as a host: it is not for people.
  #refuseOthers(name: string): void {
    const secret = `${name}.authority`
    if (this.#lone(name) !== undefined)
      throw new UserError('E_SECRETS_KIND', `the store has ${secret} without its private key`, {
        hint: `Issue and revoke certificates where its key is. If the key is lost: ${this.#values.command(`rotate ${secret}`)}, then site; all certificates have to be issued anew.`,
      })
    if (this.#values.find(secret) === undefined || this.#values.find(bookOf(name)) !== undefined) return
    throw new UserError('E_SECRETS_KIND', `${secret} is an authority of hosts, not of clients`, {
      hint: `For the clients of the PostgreSQL cluster: ${this.#values.command('issue clients ROLE')}.`,
    })
  }

  #lone(name: string) {
    const found = this.#values.find(`${name}.authority`)
    if (found === undefined || parseBundle(reveal(found)) !== undefined) return undefined
    const certificate = parseLoneCertificate(reveal(found))
    return certificate && { certificate, text: `${reveal(found).trim()}\n` }
  }

  #book(name: string): Book | undefined {
    const found = this.#values.find(bookOf(name))
    if (found === undefined) return undefined
    try {
      return recordSchema.parse(JSON.parse(reveal(found)))
    } catch {
      throw new UserError(
        'E_SECRETS_KIND',
        `the secret ${bookOf(name)} is not a list of issued certificates`,
        {
          hint: 'Restore secrets.age from version control.',
        },
      )
    }
  }

  #write(name: string, book: Book): void {
    this.#values.replace(bookOf(name), JSON.stringify(book))
  }
}

/** A book of an authority whose key is lost, of which a host had the list. @returns undefined where that is no certificate */
export function lostBook(name: string, certificate: string, list: string): Secret | undefined {
  const authority = parseLoneCertificate(certificate)?.fingerprint256
  return authority === undefined
    ? undefined
    : new Secret(bookOf(name), JSON.stringify({ authority, list, issued: [] } satisfies Book))
}
