import assert from 'node:assert/strict'
import { reveal } from '../../../lib/core/secret.ts'
import { wireguardPrivateKey, wireguardPublicKey } from '../../../lib/secrets/wireguard.ts'
import { checkout } from './checkout.ts'

describe('WireGuard keys', () => {
  it('follow RFC 7748 §6.1', () => {
    const toBase64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64')
    const alice = toBase64('77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a')
    const itsPublicKey = toBase64('8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a')
    assert.equal(wireguardPublicKey(alice), itsPublicKey)
  })

  it('are clamped, as the kernel would store them', () => {
    for (let i = 0; i < 50; i++) {
      const raw = Buffer.from(wireguardPrivateKey(), 'base64')
      assert.equal(raw.length, 32)
      assert.equal(raw[0]! & 0b111, 0)
      assert.equal(raw[31]! >> 6, 0b01)
    }
  })

  it('are none when they are anything else', () => {
    for (const text of ['', 'hunter2', 'A'.repeat(43), `${'A'.repeat(43)}=\n`]) {
      assert.equal(wireguardPublicKey(text), undefined)
    }
  })

  it('are kept, and may be brought', async () => {
    const repo = await checkout()
    const store = await repo.openAs('ann')
    const made = store.wireguardKey('wireguard.node-a')
    await store.save()
    const again = (await repo.openAs('ann')).wireguardKey('wireguard.node-a')
    assert.equal(again.publicKey, made.publicKey)
    assert.equal(reveal(again.privateKey), reveal(made.privateKey))
    const own = wireguardPrivateKey()
    const given = (await repo.openAs('ann', { RUN_PLAYBOOK_SECRET_WIREGUARD_NODE_A: own })).wireguardKey(
      'wireguard.node-a',
    )
    assert.equal(given.publicKey, wireguardPublicKey(own))
    await repo.remove()
  })
})
