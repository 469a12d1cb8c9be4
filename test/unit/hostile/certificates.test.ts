import assert from 'node:assert/strict'
import { X509Certificate, generateKeyPairSync } from 'node:crypto'
import { UserError } from '../../../lib/core/errors.ts'
import { Secret, reveal } from '../../../lib/core/secret.ts'
import { type Bundle, makeAuthority, makeLeaf, parseBundle } from '../../../lib/secrets/certificate.ts'
import { Certificates } from '../../../lib/secrets/certificates.ts'
import { type Holder, issueCertificate } from '../../../lib/secrets/x509.ts'

const DAY = 86_400_000
const NOW = new Date()
const NAME = 'pgbackrest.node-a'
const HOLDER: Holder = { commonName: 'node-a', addresses: ['10.88.0.11'], names: ['a.example'] }

const bundle = (text: string): Bundle => parseBundle(text) ?? assert.fail('no bundle')
const newKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
const pem = (key: { export(options: object): string | Buffer }): string =>
  key.export({ type: 'pkcs8', format: 'pem' }).toString()

const authorityText = makeAuthority('run-playbook pgbackrest', NOW)
const authority = bundle(authorityText)
const other = bundle(makeAuthority('run-playbook pgbackrest', NOW))
const leafText = makeLeaf(authority, HOLDER, NOW)
const leaf = bundle(leafText)

/** A certificate of a holder, as a statement says it. */
function issued(holder: Holder, issuer: Bundle | undefined, from = -1, to = 365, key = newKey()): string {
  const [notBefore, notAfter] = [from, to].map((days) => new Date(NOW.getTime() + days * DAY)) as [Date, Date]
  return pem(key) + issueCertificate({ holder, key, issuer, notBefore, notAfter })
}
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey

/** What a node that was taken over may have in the place of its key and certificate. */
const LEAVES: Readonly<Record<string, string>> = {
  nothing: ' ',
  'no PEM': 'hunter2',
  'a key alone': pem(leaf.key),
  'a certificate alone, of nobody': leaf.certificate.toString().replaceAll('A', 'B'),
  'a key of another certificate': pem(newKey()) + leaf.certificate.toString(),
  'the key of the authority': pem(authority.key) + leaf.certificate.toString(),
  'the authority itself': authorityText,
  'its own authority': makeAuthority('node-a', NOW),
  'a certificate of another authority of the same name': makeLeaf(other, HOLDER, NOW),
  'a certificate that it signed itself': issued(HOLDER, undefined),
  'a certificate that another leaf signed': makeLeaf({ ...leaf }, HOLDER, NOW),
  'one that is over': issued(HOLDER, authority, -400, -1),
  'one that has not begun': issued(HOLDER, authority, 10, 400),
  'one that ends before it begins': issued(HOLDER, authority, 400, -400),
  'one of the year 1000': issued(HOLDER, authority, -375_000, -374_000),
  'another name': issued({ ...HOLDER, commonName: 'node-b' }, authority),
  'a name in other letters': issued({ ...HOLDER, commonName: 'NODE-A' }, authority),
  'a name with a NUL': issued({ ...HOLDER, commonName: 'node-a\0.evil' }, authority),
  'a name that looks the same': issued({ ...HOLDER, commonName: 'nоde-a' }, authority),
  'another address': issued({ ...HOLDER, addresses: ['10.88.0.12'] }, authority),
  'one address more': issued({ ...HOLDER, addresses: ['10.88.0.11', '10.88.0.12'] }, authority),
  'an address of the other kind': issued({ ...HOLDER, addresses: ['::ffff:10.88.0.11'] }, authority),
  'all names': issued({ ...HOLDER, names: ['*'] }, authority),
  'one name more': issued({ ...HOLDER, names: ['a.example', '*.example'] }, authority),
  'no names': issued({ ...HOLDER, names: [] }, authority),
  'neither names nor addresses': issued({ commonName: 'node-a', addresses: [] }, authority),
  'a certificate of another before it': issued(HOLDER, undefined) + leafText,
  'a signature that is none': leafText.replace(/(.{6})(\n-----END CERT)/, 'AAAAAA$2'),
  'bytes behind': `${leafText.slice(0, -60)}AAAA\n-----END CERTIFICATE-----\n`,
  'another kind of key': pem(rsa) + leaf.certificate.toString(),
}

/** What may be in the place of the authority. */
const AUTHORITIES: Readonly<Record<string, string>> = {
  'no PEM': 'hunter2',
  'a certificate without its key': other.certificate.toString(),
  'a key of another certificate': pem(newKey()) + authority.certificate.toString(),
  'a certificate that may not issue': leafText,
  'one that is over': issued({ commonName: 'run-playbook pgbackrest', addresses: [] }, undefined, -4000, -1),
  'one that has not begun': issued({ commonName: 'x', addresses: [] }, undefined, 10, 400),
  'a key that is too small to tell': pem(rsa) + authority.certificate.toString(),
}

describe('a certificate that was found on a node that is not trusted', () => {
  /** What is handed to the nodes when this is in the store. */
  function issue(stored: Readonly<Record<string, string>>) {
    const values = new Map(Object.entries(stored).map(([name, text]) => [name, new Secret(name, text)]))
    const put = (name: string, text: string): Secret => {
      const made = new Secret(name, text)
      values.set(name, made)
      return made
    }
    const certificates = new Certificates(
      {
        find: (name) => values.get(name),
        generate: (name, make) => values.get(name) ?? put(name, make()),
        isGiven: () => false,
        command: (words: string) => words,
        replace: put,
      },
      () => NOW,
    )
    return certificates.issue(NAME, { ...HOLDER, authority: 'pgbackrest' })
  }

  /** Of its own authority, good today, for this node alone, with its own key. */
  function isGood(made: ReturnType<typeof issue>): void {
    const [own, by] = [new X509Certificate(made.certificate), new X509Certificate(made.authority)]
    assert.ok(own.verify(by.publicKey) && own.checkIssued(by) && !own.ca && by.ca)
    assert.ok(Date.parse(own.validFrom) <= NOW.getTime() && Date.parse(own.validTo) > NOW.getTime())
    assert.equal(own.subject, 'CN=node-a')
    assert.equal(own.subjectAltName, leaf.certificate.subjectAltName)
    const key = parseBundle(reveal(made.privateKey) + made.certificate)
    assert.ok(key !== undefined)
  }

  it('is kept where it is the right one', () => {
    const made = issue({ 'pgbackrest.authority': authorityText, [NAME]: leafText })
    isGood(made)
    assert.equal(made.certificate, leaf.certificate.toString())
  })

  const refusedOrGood = (stored: Readonly<Record<string, string>>): void => {
    try {
      isGood(issue(stored))
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error
      assert.ok(error instanceof UserError, (error as Error).stack)
      assert.equal(error.code, 'E_SECRETS_KIND')
    }
  }
  for (const [what, text] of Object.entries(LEAVES))
    it(`is refused or made anew: ${what}`, () => {
      refusedOrGood({ 'pgbackrest.authority': authorityText, [NAME]: text })
      // As after a store that was lost: the key of the authority is on no node.
      refusedOrGood({ 'pgbackrest.authority': authority.certificate.toString(), [NAME]: text })
    })
  for (const [what, text] of Object.entries(AUTHORITIES))
    it(`of an authority is refused or made anew: ${what}`, () => {
      refusedOrGood({ 'pgbackrest.authority': text, [NAME]: leafText })
      refusedOrGood({ 'pgbackrest.authority': text })
    })
})
