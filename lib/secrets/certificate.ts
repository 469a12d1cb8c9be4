import { X509Certificate, createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { isIP } from 'node:net'
import { UserError } from '../core/errors.ts'
import { type Holder, isFor, issueCertificate } from './x509.ts'

/** A private key with the certificate for it, as they stand one after the other in a PEM file. */
export interface Bundle {
  readonly key: KeyObject
  readonly certificate: X509Certificate
}

type Certified = Pick<Bundle, 'certificate'>

const YEAR = 365.25 * 86_400_000
/** Node certificates are only renewed when an operator runs a playbook, which may not be for a long time. */
const LIFE = { authority: 10 * YEAR, leaf: 3 * YEAR }

/** @returns `undefined` when the text is no such pair */
export function parseBundle(text: string): Bundle | undefined {
  try {
    const bundle = { key: createPrivateKey(text), certificate: new X509Certificate(text) }
    return bundle.certificate.checkPrivateKey(bundle.key) ? bundle : undefined
  } catch {
    return undefined
  }
}

/** A certificate whose key is not at hand. @returns `undefined` for a pair, and for what is no certificate */
export function parseLoneCertificate(text: string): X509Certificate | undefined {
  try {
    return text.includes('PRIVATE KEY') ? undefined : new X509Certificate(text)
  } catch {
    return undefined
  }
}

/** An authority; with `key`, the same one for longer: what it signed before stays good. */
export function makeAuthority(name: string, now: Date, key = newKey()): string {
  return bundleText(
    key,
    issueCertificate({ holder: { commonName: name, addresses: [] }, key, ...from(now, LIFE.authority) }),
  )
}

/** A certificate for one holder, signed by `authority`. */
export function makeLeaf(authority: Bundle, holder: Holder, now: Date): string {
  const key = newKey()
  return bundleText(key, issueCertificate({ holder, key, issuer: authority, ...from(now, LIFE.leaf) }))
}

/** A certificate that lets its holder log in, and nothing else, for so many days; the key that goes with it. */
export function makeLogin(authority: Bundle, commonName: string, days: number, now: Date): Bundle {
  const key = newKey()
  const certificate = issueCertificate({
    holder: { commonName, addresses: [] },
    key,
    issuer: authority,
    notBefore: new Date(now.getTime() - 3_600_000),
    notAfter: new Date(now.getTime() + days * 86_400_000),
    use: 'client',
  })
  return { key, certificate: new X509Certificate(certificate) }
}

/**
 * Refuses what no certificate can say; a zone (fe80::1%eth0) means something on one machine only.
 * @throws UserError E_BAD_ARGUMENT
 */
export function checkHolder({ commonName, addresses, names = [] }: Holder): void {
  const bad = (what: string): UserError => new UserError('E_BAD_ARGUMENT', `a certificate for ${what}`)
  if (commonName === '') throw bad('nobody: the common name is empty')
  const address = addresses.find((one) => isIP(one) === 0 || one.includes('%'))
  if (address !== undefined) throw bad(`${JSON.stringify(address)}, which is not an IP address`)
  const name = names.find((one) => !/^(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*$/i.test(one))
  if (name !== undefined) throw bad(`${JSON.stringify(name)}, which is not a host name`)
}

/** Whether this can issue certificates here: an authority's, with a key on an elliptic curve. */
export const canIssue = ({ key, certificate }: Bundle): boolean =>
  certificate.ca && key.asymmetricKeyType === 'ec'

/** Whether less than a third of its life is left, or it has not begun: the clock was wrong when it was made. */
export function isDue({ certificate }: Certified, now: Date): boolean {
  const begin = Date.parse(certificate.validFrom)
  const end = Date.parse(certificate.validTo)
  // A date that nobody understands is none: every comparison with it is false.
  return !(now.getTime() >= begin && end - now.getTime() >= (end - begin) / 3)
}

/** Whether this authority signed it. One that was renewed with its key is the same. */
export const isIssuedBy = ({ certificate }: Certified, authority: Certified): boolean =>
  certificate.checkIssued(authority.certificate) && certificate.verify(authority.certificate.publicKey)

/** Whether a certificate is this authority's, for this holder and no other address or name. */
export const fits = (leaf: Certified, authority: Certified, holder: Holder): boolean =>
  isIssuedBy(leaf, authority) && isFor(leaf.certificate, holder)

const newKey = (): KeyObject => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey

const bundleText = (key: KeyObject, certificate: string): string =>
  key.export({ type: 'pkcs8', format: 'pem' }).toString() + certificate

// An hour back, for nodes whose clocks are behind.
const from = (now: Date, life: number) => ({
  notBefore: new Date(now.getTime() - 3_600_000),
  notAfter: new Date(now.getTime() + life),
})
