import assert from 'node:assert/strict'
import { createPublicKey, verify } from 'node:crypto'
import { reveal } from '../../../lib/core/secret.ts'
import { signature, signingPrivateKey, signingPublicKey } from '../../../lib/secrets/signing.ts'
import { wireguardPrivateKey } from '../../../lib/secrets/wireguard.ts'
import { type Checkout, checkout } from './checkout.ts'

const good = (publicKey: string, text: string, one = ''): boolean =>
  verify(null, Buffer.from(text), createPublicKey(publicKey), Buffer.from(one, 'base64'))

describe('signing keys', () => {
  let repo: Checkout
  before(async () => {
    repo = await checkout()
  })
  after(() => repo.remove())

  it('follow RFC 8032 §7.1, test 1', () => {
    const seed = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60'
    const key = `-----BEGIN PRIVATE KEY-----\n${Buffer.from(`302e020100300506032b657004220420${seed}`, 'hex').toString('base64')}\n-----END PRIVATE KEY-----\n`
    const wanted =
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b'
    assert.equal(signature('', key), Buffer.from(wanted, 'hex').toString('base64'))
  })

  it('are kept, and sign the same text in the same way each time', async () => {
    const store = await repo.openAs('ann')
    const made = store.signingKey('promotion.key')
    await store.save()
    const again = (await repo.openAs('ann')).signingKey('promotion.key')
    assert.equal(again.publicKey, made.publicKey)
    assert.deepEqual(again.sign('text'), made.sign('text'))
    assert.ok(good(made.publicKey, 'text', again.sign('text')[0]))
    assert.ok(!good(made.publicKey, 'other', again.sign('text')[0]))
  })

  it('sign with the keys that they have replaced too, for hosts that were away', async () => {
    const store = await repo.openAs('ann')
    const before = store.signingKey('promotion.key')
    const own = signingPrivateKey()
    const rotated = await repo.openAs('ann', { RUN_PLAYBOOK_SECRET_PROMOTION_KEY: own })
    const { publicKey, sign } = rotated.signingKey('promotion.key')
    assert.equal(publicKey, signingPublicKey(own))
    const [first, second, ...more] = sign('text')
    assert.ok(good(publicKey, 'text', first))
    assert.ok(good(before.publicKey, 'text', second))
    assert.deepEqual(more, [])
  })

  it('are none when they are anything else', async () => {
    for (const text of ['', 'hunter2', wireguardPrivateKey()])
      assert.deepEqual([signingPublicKey(text), signature('text', text)], [undefined, undefined])
    const store = await repo.openAs('ann', { RUN_PLAYBOOK_SECRET_PROMOTION_KEY: 'hunter2' })
    assert.throws(
      () => store.signingKey('promotion.key'),
      (error: Error & { code?: string }) =>
        error.code === 'E_SECRETS_KIND' && !error.message.includes('hunter2'),
    )
    assert.equal(reveal(store.get('promotion.key')), 'hunter2')
  })
})
