import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { X509Certificate, createPrivateKey } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { reveal } from '../../../lib/core/secret.ts'
import { makeAuthority } from '../../../lib/secrets/certificate.ts'
import type { SecretStore } from '../../../lib/secrets/index.ts'
import { type Checkout, checkout } from './checkout.ts'

const DAY = 86_400_000
const at = (days: number) => () => new Date(Date.now() + days * DAY)

describe('certificates that let clients log in', () => {
  let repo: Checkout
  let store: SecretStore
  beforeEach(async () => {
    repo = await checkout()
    store = await repo.openAs('ann')
  })
  afterEach(() => repo.remove())

  const path = (name: string) => join(repo.root, name)
  /** As a server with a list of revoked certificates does it; rejects with what openssl complains of. */
  async function verify(certificate: string, by: SecretStore, days = 0, authority = 'clients') {
    const { certificate: root, revoked } = by.loginAuthority(authority)
    await writeFile(path('leaf.crt'), certificate)
    await writeFile(path('ca.pem'), root + revoked)
    const when = String(Math.floor(at(days)().getTime() / 1000))
    const strictly = ['-x509_strict', '-check_ss_sig', '-crl_check_all', '-attime', when]
    const files = ['-CAfile', path('ca.pem'), '-CRLfile', path('ca.pem')]
    return promisify(execFile)('openssl', [
      'verify',
      ...strictly,
      '-purpose',
      'sslclient',
      ...files,
      path('leaf.crt'),
    ])
  }

  it('are good for clients alone, as long as was asked for', async () => {
    const { certificate, privateKey, serial, notAfter } = store.issueLogin('clients', 'app', 90)
    await verify(certificate, store, 89)
    await assert.rejects(verify(certificate, store, 91), /expired/)
    const read = new X509Certificate(certificate)
    assert.equal(read.subject, 'CN=app')
    assert.ok(read.checkPrivateKey(createPrivateKey(reveal(privateKey))))
    assert.deepEqual(read.keyUsage, ['1.3.6.1.5.5.7.3.2'])
    assert.equal(read.serialNumber, serial)
    assert.equal(Math.round((notAfter.getTime() - Date.now()) / DAY), 90)
  })

  it('are in the store without their key', async () => {
    const { privateKey } = store.issueLogin('clients', 'app', 90)
    await store.save()
    const again = await repo.openAs('ann')
    assert.deepEqual(
      again.issuedLogins('clients').map(({ name, revoked }) => [name, revoked]),
      [['app', undefined]],
    )
    const kept = reveal(again.get('clients.issued')) + reveal(again.get('clients.authority'))
    assert.ok(!kept.includes(reveal(privateKey).split('\n')[1] ?? ''))
  })

  it('are refused once they are revoked, and no other', async () => {
    const [one, two, other] = [90, 90, 90].map((days, i) =>
      store.issueLogin('clients', i < 2 ? 'app' : 'shop', days),
    )
    assert.ok(one && two && other)
    assert.equal(store.revokeLogins('clients', one.serial.toLowerCase()).length, 1)
    await assert.rejects(verify(one.certificate, store), /revoked/)
    await verify(two.certificate, store)
    assert.deepEqual(
      store.revokeLogins('clients', 'app').map(({ serial }) => serial),
      [two.serial],
    )
    await assert.rejects(verify(two.certificate, store), /revoked/)
    await verify(other.certificate, store)
    assert.deepEqual(store.revokeLogins('clients', 'nobody'), [])
  })

  it('have a list of revoked ones that is the same until it changes', async () => {
    const { revoked } = store.loginAuthority('clients')
    await store.save()
    const again = await repo.openAs('ann')
    assert.equal(again.loginAuthority('clients').revoked, revoked)
    again.issueLogin('clients', 'app', 1)
    assert.equal(again.loginAuthority('clients').revoked, revoked)
  })

  it('stay good, and stay revoked, when their authority is renewed', async () => {
    const [good, bad] = ['app', 'shop'].map((name) => store.issueLogin('clients', name, 3600))
    assert.ok(good && bad)
    store.revokeLogins('clients', 'shop')
    const before = store.loginAuthority('clients')
    await store.save()
    const late = await repo.openAs('ann', {}, at(7 * 365))
    const after = late.loginAuthority('clients')
    assert.ok(after.notAfter > before.notAfter)
    await verify(good.certificate, late, 7 * 365 + 1)
    await assert.rejects(verify(bad.certificate, late, 7 * 365 + 1), /revoked/)
  })

  it('are all refused by an authority that took the place of theirs', async () => {
    const { certificate } = store.issueLogin('clients', 'app', 90)
    store.replaceLogins('clients')
    await assert.rejects(
      verify(certificate, store),
      /unable to get|signature failure|self-signed|verification failed/,
    )
    assert.deepEqual(store.issuedLogins('clients'), [])
    await verify(store.issueLogin('clients', 'app', 90).certificate, store)
  })

  it('are not issued by the authority of hosts, nor by one whose key is elsewhere', async () => {
    store.certificate('pgbackrest.node-a', { authority: 'pgbackrest', commonName: 'node-a', addresses: [] })
    assert.throws(() => store.issueLogin('pgbackrest', 'app', 1), {
      code: 'E_SECRETS_KIND',
      message: /authority of hosts, not of clients/,
    })
    const lone = store.loginAuthority('clients').certificate
    const elsewhere = await repo.openAs('bob', { RUN_PLAYBOOK_SECRET_COMPANY_AUTHORITY: lone })
    assert.equal(elsewhere.loginAuthority('company').certificate, lone)
    assert.equal(elsewhere.loginAuthority('company').revoked, undefined)
    // The list of another authority would have a server refuse everybody.
    store.issueLogin('clients', 'app', 1)
    await store.save()
    const company = await repo.openAs('ann', { RUN_PLAYBOOK_SECRET_CLIENTS_AUTHORITY: `${lone}${lone}` })
    const { certificate, revoked } = company.loginAuthority('clients')
    assert.deepEqual([certificate, revoked], [`${lone}${lone}`, store.loginAuthority('clients').revoked])
    const other = new X509Certificate(makeAuthority('other', new Date())).toString()
    const foreign = await repo.openAs('ann', { RUN_PLAYBOOK_SECRET_CLIENTS_AUTHORITY: other })
    assert.equal(foreign.loginAuthority('clients').revoked, undefined)
    assert.throws(() => elsewhere.issueLogin('company', 'app', 1), {
      message: /company\.authority without its private key/,
    })
  })

  it('do not outlive their authority', () => {
    assert.throws(() => store.issueLogin('clients', 'app', 3660), { code: 'E_BAD_ARGUMENT' })
    assert.throws(() => store.issueLogin('clients', '', 1), { message: /the common name is empty/ })
  })
})
