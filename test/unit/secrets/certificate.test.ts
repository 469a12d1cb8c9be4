import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo } from 'node:net'
import { type TLSSocket, connect, createServer } from 'node:tls'
import { UserError } from '../../../lib/core/errors.ts'
import { Secret, reveal } from '../../../lib/core/secret.ts'
import type { Certificate, SecretStore } from '../../../lib/secrets/index.ts'
import { type Checkout, checkout } from './checkout.ts'

const DAY = 86_400_000
const later = (days: number) => () => new Date(Date.now() + days * DAY)

describe('certificates of a secret store', () => {
  let repo: Checkout
  beforeEach(async () => (repo = await checkout()))
  afterEach(() => repo.remove())

  const issue = (store: SecretStore, commonName = 'node-a', address = '127.0.0.1') =>
    store.certificate(`tls.${commonName}`, { authority: 'tls', commonName, addresses: [address] })

  it('let two nodes trust each other by address, and know each other by name', async () => {
    const store = await repo.openAs('ann')
    const peer = await handshake(issue(store), issue(store, 'node-b', '127.0.0.2'))
    assert.equal(peer, 'node-b')
  })

  it('are refused at another address, and by who trusts another authority', async () => {
    const store = await repo.openAs('ann')
    const elsewhere = issue(store, 'node-c', '127.0.0.3')
    await assert.rejects(handshake(elsewhere, issue(store)), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
    const stranger = store.certificate('other.x', { authority: 'other', commonName: 'x', addresses: [] })
    await assert.rejects(handshake(issue(store), stranger))
  })

  it('stay the same from run to run', async () => {
    const first = await repo.openAs('ann')
    const made = issue(first)
    await first.save()
    const again = issue(await repo.openAs('ann', {}, later(700)))
    assert.equal(again.certificate, made.certificate)
    assert.equal(reveal(again.privateKey), reveal(made.privateKey))
  })

  it('are issued anew in the last third of their three years, and the new ones are kept', async () => {
    const first = await repo.openAs('ann')
    const made = issue(first)
    await first.save()
    const inTime = await repo.openAs('ann', {}, later(2.1 * 365))
    const renewed = issue(inTime)
    assert.notEqual(renewed.certificate, made.certificate)
    assert.equal(renewed.authority, made.authority)
    await inTime.save()
    assert.equal(issue(await repo.openAs('ann', {}, later(2.2 * 365))).certificate, renewed.certificate)
  })

  it('outlive the renewal of their authority, which keeps its key', async () => {
    const first = await repo.openAs('ann')
    const made = issue(first)
    await first.save()
    const renewed = issue(await repo.openAs('ann', {}, later(7 * 365)))
    assert.notEqual(renewed.authority, made.authority)
    const verifies = (leaf: Certificate, authority: Certificate) =>
      new X509Certificate(leaf.certificate).verify(new X509Certificate(authority.authority).publicKey)
    assert.ok(verifies(made, renewed))
    assert.ok(verifies(renewed, made))
  })

  it('are issued anew for another address', async () => {
    const store = await repo.openAs('ann')
    const made = issue(store)
    await store.save()
    assert.match(
      new X509Certificate(issue(store, 'node-a', '10.88.0.14').certificate).subjectAltName ?? '',
      /10\.88\.0\.14/,
    )
    assert.notEqual(issue(store, 'node-a', '10.88.0.14').certificate, made.certificate)
  })

  it('renewed by two operators at once: the second is told, and nothing is lost', async () => {
    const first = await repo.openAs('ann')
    issue(first)
    await first.save()
    const [one, two] = [await repo.openAs('ann', {}, later(900)), await repo.openAs('ann', {}, later(900))]
    issue(one)
    issue(two)
    await one.save()
    await assert.rejects(two.save(), { code: 'E_SECRETS_CONFLICT' })
  })

  it('come from the environment when it has them, whatever their age; something else there is refused', async () => {
    const first = await repo.openAs('ann')
    first.certificate('tls.node-a', { authority: 'tls', commonName: 'node-a', addresses: ['127.0.0.1'] })
    await first.save()
    const given = reveal(first.get('tls.node-a'))
    const ci = await repo.openAs('ann', { RUN_PLAYBOOK_SECRET_TLS_NODE_A: given }, later(2000))
    assert.ok(given.includes(issue(ci).certificate.trim()))
    const wrong = await repo.openAs('ann', { RUN_PLAYBOOK_SECRET_TLS_NODE_A: 'hunter2' })
    assert.throws(
      () => issue(wrong),
      (error: unknown) => error instanceof UserError && error.code === 'E_SECRETS_KIND',
    )
  })

  it('stay as they are where the key of their authority is lost, until one has to be issued', async () => {
    const first = await repo.openAs('ann')
    const [a, b] = [issue(first), issue(first, 'node-b')]
    await first.save()
    const taken = await checkout()
    try {
      const store = await taken.openAs('bob')
      store.adopt('tls.authority', new Secret('tls.authority', a.authority))
      for (const [name, { certificate, privateKey }] of [['node-a', a] as const, ['node-b', b] as const])
        store.adopt(`tls.${name}`, new Secret(name, reveal(privateKey) + certificate))
      await store.save()
      const again = await taken.openAs('bob')
      for (const [name, made] of [['node-a', a] as const, ['node-b', b] as const]) {
        const { privateKey, ...rest } = issue(again, name)
        assert.deepEqual(rest, { ...rest, authority: made.authority, certificate: made.certificate })
        assert.equal(reveal(privateKey), reveal(made.privateKey))
      }
      // A third node: all follow the new authority, which is kept.
      const third = issue(again, 'node-c')
      assert.notEqual(third.authority, a.authority)
      assert.equal(await handshake(issue(again), third), 'node-c')
      await again.save()
      assert.equal(issue(await taken.openAs('bob')).authority, third.authority)
    } finally {
      await taken.remove()
    }
  })
})

/** @returns the name that the client showed the server; rejects when either refuses the other */
async function handshake(server: Certificate, client: Certificate): Promise<string> {
  const pem = ({ authority, certificate, privateKey }: Certificate) => ({
    ca: authority,
    cert: certificate,
    key: reveal(privateKey),
  })
  const listening = createServer({ ...pem(server), requestCert: true, rejectUnauthorized: true })
  listening.listen(0, '127.0.0.1')
  await once(listening, 'listening')
  const refused = new Promise<never>((_done, reject) => listening.on('tlsClientError', reject))
  const { port } = listening.address() as AddressInfo
  const socket = connect({ ...pem(client), host: '127.0.0.1', port })
  try {
    const accepted = once(listening, 'secureConnection') as Promise<[TLSSocket]>
    const failed = once(socket, 'error').then(([error]) => Promise.reject(error as Error))
    const [peer] = await Promise.race([accepted, refused, failed])
    return String(peer.getPeerCertificate().subject.CN)
  } finally {
    socket.destroy()
    listening.close()
  }
}
