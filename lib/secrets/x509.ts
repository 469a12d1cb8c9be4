import {
  type KeyObject,
  type X509Certificate,
  createHash,
  createPublicKey,
  randomBytes,
  sign,
} from 'node:crypto'
import type * as X509 from '@peculiar/asn1-x509'
import { asn1 } from './asn1.ts'

/** Whom a certificate is for. */
export interface Holder {
  readonly commonName: string
  /** IP addresses. */
  readonly addresses: readonly string[]
  /** Host names. */
  readonly names?: readonly string[] | undefined
}

/** What a certificate says. */
export interface Statement {
  readonly holder: Holder
  readonly key: KeyObject
  /** Who signs; a certificate without one signs itself and may sign others. */
  readonly issuer?: { readonly certificate: X509Certificate; readonly key: KeyObject } | undefined
  readonly notBefore: Date
  readonly notAfter: Date
  /** What the holder may do with it: both ends of a connection, or no more than to log in. @default 'both' */
  readonly use?: 'both' | 'client' | undefined
}

const COMMON_NAME = '2.5.4.3'
/** RFC 5758: ECDSA with SHA-256, whose parameters are absent. */
const ECDSA_SHA256 = '1.2.840.10045.4.3.2'

/** Issues an X.509 certificate (RFC 5280) for an elliptic curve key, as PEM. */
export function issueCertificate(statement: Statement): string {
  const x509 = asn1()
  const { holder, key, issuer, notBefore, notAfter } = statement
  const algorithm = new x509.AlgorithmIdentifier({ algorithm: ECDSA_SHA256 })
  const serial = randomBytes(16)
  // Positive, and without a leading zero that DER would have to drop.
  serial[0] = (serial[0]! & 0x7f) | 0x40
  const subjectPublicKeyInfo = publicKeyInfo(key)
  const tbs = new x509.TBSCertificate({
    version: x509.Version.v3,
    serialNumber: toArrayBuffer(serial),
    signature: algorithm,
    issuer: issuer ? parse(issuer.certificate).subject : nameOf(holder.commonName),
    validity: new x509.Validity({ notBefore, notAfter }),
    subject: nameOf(holder.commonName),
    subjectPublicKeyInfo,
    extensions: new x509.Extensions(extensions(statement, subjectPublicKeyInfo)),
  })
  const signature = sign('sha256', serialize(tbs), issuer?.key ?? key)
  const certificate = new x509.Certificate({
    tbsCertificate: tbs,
    signatureAlgorithm: algorithm,
    signatureValue: toArrayBuffer(signature),
  })
  return pem('CERTIFICATE', serialize(certificate))
}

/** Which certificates an authority takes back, by their serial numbers in hexadecimal. Good as long as the authority. */
export function issueRevocations(
  issuer: { readonly certificate: X509Certificate; readonly key: KeyObject },
  serials: readonly string[],
  now: Date,
): string {
  const x509 = asn1()
  const algorithm = new x509.AlgorithmIdentifier({ algorithm: ECDSA_SHA256 })
  const authorityKey = new x509.AuthorityKeyIdentifier({
    keyIdentifier: new x509.KeyIdentifier(issuerKeyIdentifier(issuer.certificate)),
  })
  const tbs = new x509.TBSCertList({
    version: x509.Version.v2,
    signature: algorithm,
    issuer: parse(issuer.certificate).subject,
    // An hour back, for servers whose clocks are behind.
    thisUpdate: new x509.Time(new Date(now.getTime() - 3_600_000)),
    nextUpdate: new x509.Time(new Date(issuer.certificate.validTo)),
    // An empty list is left out: RFC 5280 allows none.
    ...(serials.length > 0 && {
      revokedCertificates: serials.map(
        (serial) =>
          new x509.RevokedCertificate({
            userCertificate: toArrayBuffer(Buffer.from(serial, 'hex')),
            revocationDate: new x509.Time(now),
          }),
      ),
    }),
    crlExtensions: [
      extension(x509.id_ce_authorityKeyIdentifier, false, authorityKey),
      // Grows with each list.
      extension(x509.id_ce_cRLNumber, false, new x509.CRLNumber(Math.floor(now.getTime() / 1000))),
    ],
  })
  const list = new x509.CertificateList({
    tbsCertList: tbs,
    signatureAlgorithm: algorithm,
    signature: toArrayBuffer(sign('sha256', serialize(tbs), issuer.key)),
  })
  return pem('X509 CRL', serialize(list))
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g)
  return `-----BEGIN ${label}-----\n${(lines ?? []).join('\n')}\n-----END ${label}-----\n`
}

/** Whether a certificate is for this holder, and for no other address or name. */
export function isFor(certificate: X509Certificate, holder: Holder): boolean {
  // Compared as encoded: what tools print for an IPv6 address or an odd name is not what was asked for.
  const { subject, extensions: found } = parse(certificate)
  const names = found?.find(({ extnID }) => extnID === asn1().id_ce_subjectAltName)
  const wanted = alternativeNames(holder)
  const same = (a: unknown, b: unknown): boolean => serialize(a).equals(serialize(b))
  if (!same(subject, nameOf(holder.commonName))) return false
  if (names === undefined || wanted === undefined) return names === wanted
  return Buffer.from(names.extnValue.buffer).equals(serialize(wanted))
}

function extensions({ holder, issuer, use }: Statement, own: X509.SubjectPublicKeyInfo): X509.Extension[] {
  const x509 = asn1()
  const { digitalSignature, keyCertSign, cRLSign } = x509.KeyUsageFlags
  const self = keyIdentifier(own)
  const subjectKey = extension(x509.id_ce_subjectKeyIdentifier, false, new x509.SubjectKeyIdentifier(self))
  if (issuer === undefined)
    return [
      extension(
        x509.id_ce_basicConstraints,
        true,
        new x509.BasicConstraints({ cA: true, pathLenConstraint: 0 }),
      ),
      extension(x509.id_ce_keyUsage, true, new x509.KeyUsage(keyCertSign | cRLSign)),
      subjectKey,
    ]
  // The key alone, no serial number: an authority that was renewed with its key is still the same.
  const authorityKey = new x509.AuthorityKeyIdentifier({
    keyIdentifier: new x509.KeyIdentifier(issuerKeyIdentifier(issuer.certificate)),
  })
  const names = alternativeNames(holder)
  return [
    extension(x509.id_ce_basicConstraints, true, new x509.BasicConstraints({ cA: false })),
    extension(x509.id_ce_keyUsage, true, new x509.KeyUsage(digitalSignature)),
    extension(
      x509.id_ce_extKeyUsage,
      false,
      new x509.ExtendedKeyUsage([
        ...(use === 'client' ? [] : [x509.id_kp_serverAuth]),
        x509.id_kp_clientAuth,
      ]),
    ),
    subjectKey,
    extension(x509.id_ce_authorityKeyIdentifier, false, authorityKey),
    ...(names ? [extension(x509.id_ce_subjectAltName, false, names)] : []),
  ]
}

/** An address as a name too: Debian's pgBackRest 2.45 compares what it dials with names only. */
function alternativeNames({ addresses, names = [] }: Holder): X509.SubjectAlternativeName | undefined {
  const x509 = asn1()
  const all = [
    ...addresses.flatMap((address) => [
      new x509.GeneralName({ iPAddress: address }),
      new x509.GeneralName({ dNSName: address }),
    ]),
    ...names.map((name) => new x509.GeneralName({ dNSName: name })),
  ]
  return all.length === 0 ? undefined : new x509.SubjectAlternativeName(all)
}

/** What an authority calls its key; one that was brought may have its own way. */
function issuerKeyIdentifier(certificate: X509Certificate): ArrayBuffer {
  const x509 = asn1()
  const { extensions: found, subjectPublicKeyInfo } = parse(certificate)
  const own = found?.find(({ extnID }) => extnID === x509.id_ce_subjectKeyIdentifier)
  if (own === undefined) return keyIdentifier(subjectPublicKeyInfo)
  return x509.AsnConvert.parse(own.extnValue, x509.SubjectKeyIdentifier).buffer
}

/** RFC 5280 §4.2.1.2 (1): SHA-1 as a name, not as a proof. */
const keyIdentifier = ({ subjectPublicKey }: X509.SubjectPublicKeyInfo): ArrayBuffer =>
  toArrayBuffer(createHash('sha1').update(Buffer.from(subjectPublicKey)).digest())

function publicKeyInfo(key: KeyObject): X509.SubjectPublicKeyInfo {
  const { AsnConvert, SubjectPublicKeyInfo } = asn1()
  return AsnConvert.parse(createPublicKey(key).export({ type: 'spki', format: 'der' }), SubjectPublicKeyInfo)
}

function parse({ raw }: X509Certificate): X509.TBSCertificate {
  const { AsnConvert, Certificate } = asn1()
  return AsnConvert.parse(raw, Certificate).tbsCertificate
}

function extension(extnID: string, critical: boolean, value: unknown): X509.Extension {
  const { AsnConvert, Extension, OctetString } = asn1()
  return new Extension({ extnID, critical, extnValue: new OctetString(AsnConvert.serialize(value)) })
}

function nameOf(commonName: string): X509.Name {
  const x509 = asn1()
  return new x509.Name([
    new x509.RelativeDistinguishedName([
      new x509.AttributeTypeAndValue({
        type: COMMON_NAME,
        value: new x509.AttributeValue({ utf8String: commonName }),
      }),
    ]),
  ])
}

const serialize = (value: unknown): Buffer => Buffer.from(asn1().AsnConvert.serialize(value))

const toArrayBuffer = (bytes: Buffer): ArrayBuffer => new Uint8Array(bytes).buffer
