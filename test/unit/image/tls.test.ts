import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createPrivateKey } from 'node:crypto'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseStateFile } from '../../../lib/cluster/status/state-files.ts'
import { makeAuthority, makeLeaf, parseBundle } from '../../../lib/secrets/certificate.ts'

describe('the files of TLS in the container of PostgreSQL', () => {
  let folder: string
  const authority = parseBundle(makeAuthority('authority', new Date()))
  assert.ok(authority)
  const bundle = () => makeLeaf(authority, { commonName: 'node-a', addresses: [] }, new Date())
  const halves = (text: string) => text.split(/(?=-----BEGIN CERTIFICATE)/) as [string, string]

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'run-playbook-tls-'))
    write(bundle())
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const path = (name = 'server.pem') => join(folder, name)
  const write = (text: string, name?: string, mode = 0o400) => {
    rmSync(path(name), { recursive: true, force: true })
    writeFileSync(path(name), text, { mode })
    chmodSync(path(name), mode)
  }
  /** The functions themselves, with settings that PostgreSQL would print. */
  const sh = (script: string, ca = '', crl = '', ssl = 'on') =>
    execFileSync(
      'sh',
      [
        '-euc',
        `. docker/postgres/lib/tls.sh
        ssl=$1 ssl_cert_file=$2/server.pem ssl_key_file=$2/server.pem ssl_ca_file=\${3:+$2/$3} ssl_crl_file=\${4:+$2/$4}
        tls_report=$2/tls.json
        ${script}`,
        'sh',
        ssl,
        folder,
        ca,
        crl,
      ],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
    ).trim()
  const trouble = (...more: string[]) => sh('_tls_trouble', ...more)

  it('are good as run-playbook writes them', () => assert.equal(trouble(), ''))

  it('do not matter where TLS is off', () => {
    rmSync(path())
    assert.equal(trouble('', '', 'off'), '')
  })

  const spoiled: Record<string, readonly [RegExp, () => void]> = {
    'are missing': [/^server.pem is missing$/, () => rmSync(path())],
    'are empty': [/^server.pem is empty$/, () => write('')],
    'are a directory': [/^server.pem is not a file$/, () => (rmSync(path()), mkdirSync(path()))],
    'are something else': [/has no certificate that can be read$/, () => write('nonsense\n')],
    'have no key': [/has no private key that can be read$/, () => write(halves(bundle())[1])],
    'have no certificate': [/has no certificate that can be read$/, () => write(halves(bundle())[0])],
    'have a key of another': [
      /has a key that does not belong to the certificate$/,
      () => write(halves(bundle())[0] + halves(bundle())[1]),
    ],
    'may be read by others': [/others than postgres \(mode 444\)$/, () => chmodSync(path(), 0o444)],
  }
  for (const [what, [words, spoil]] of Object.entries(spoiled))
    it(`are told of when they ${what}`, () => {
      spoil()
      assert.match(trouble(), words)
    })

  it('are told of when the key belongs to another user, and may be of root and a group', function () {
    if (process.getuid?.() !== 0) return this.skip()
    chownSync(path(), 4711, 4711)
    assert.match(trouble(), /belongs to another user/)
    chownSync(path(), 0, 4711)
    chmodSync(path(), 0o440)
    assert.equal(trouble(), '')
  })

  it('may have a key with a passphrase, which only PostgreSQL can open', () => {
    const [key, certificate] = halves(bundle())
    const closed = createPrivateKey(key).export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: 'secret',
    })
    write(closed.toString() + certificate)
    assert.equal(trouble(), '')
  })

  it('include the authority of clients and what it revoked', () => {
    assert.match(trouble('ca.crt'), /^ca.crt is missing$/)
    write('nonsense', 'ca.crt')
    assert.match(trouble('ca.crt'), /^ca.crt has no certificate/)
    write(authority.certificate.toString(), 'ca.crt', 0o644)
    assert.equal(trouble('ca.crt'), '')
    assert.match(trouble('ca.crt', 'revoked.crl'), /^revoked.crl is missing$/)
    write(authority.certificate.toString(), 'revoked.crl')
    assert.match(trouble('ca.crt', 'revoked.crl'), /^revoked.crl has no list of revoked/)
  })

  it('are reported to the status service with the fingerprint of the certificate, and no key', () => {
    sh('_report_tls "$(_tls_trouble)"')
    const { on, trouble: none, fingerprint } = parseStateFile.tls(readFileSync(path('tls.json'), 'utf8'))
    const { certificate } = parseBundle(readFileSync(path(), 'utf8')) ?? {}
    assert.deepEqual([on, none, fingerprint], [true, null, certificate?.fingerprint256])
    write(authority.certificate.toString(), 'ca.crt', 0o644)
    sh('_report_tls "$(_tls_trouble)"', 'ca.crt')
    const { authority: known } = parseStateFile.tls(readFileSync(path('tls.json'), 'utf8'))
    assert.equal(known?.trim(), authority.certificate.toString().trim())
    assert.doesNotMatch(readFileSync(path('tls.json'), 'utf8'), /PRIVATE/)
    rmSync(path())
    sh('_report_tls "$(_tls_trouble)"')
    const gone = parseStateFile.tls(readFileSync(path('tls.json'), 'utf8'))
    assert.deepEqual([gone.trouble, gone.fingerprint], ['server.pem is missing', null])
  })
})
