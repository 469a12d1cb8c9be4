import assert from 'node:assert/strict'
import { promotionVars } from '../../../../lib/cluster/promotion/operator.ts'
import { signed, signedStatement } from '../../../../lib/cluster/status/statement.ts'
import type { NodeFact } from '../../../../lib/cluster/facts/node.ts'
import { signingPrivateKey } from '../../../../lib/secrets/signing.ts'
import { type Checkout, checkout } from '../../secrets/checkout.ts'
import { a, b as nodeB, factsOf, hosts, primary, replica } from '../nodes.ts'
import { b, by, good, key, publicKey, worthless } from './statements.ts'

describe('a statement about a promotion', () => {
  it('says what the operator has signed, with the key of today or an earlier one', () => {
    assert.deepEqual(signedStatement(good, publicKey), b)
    const others = Array.from({ length: 5 }, signingPrivateKey)
    assert.deepEqual(signedStatement(signed(b, by(...others, key)), publicKey), b)
  })

  it('says nothing when it was made up or changed', () => {
    // Those that are true, and of no use to a primary on timeline 5 of cluster 7001.
    const {
      'an old one': old,
      "another cluster's": foreign,
      'one about this node itself': own,
      ...rest
    } = worthless
    for (const text of [old, foreign, own]) assert.ok(signedStatement(text ?? '', publicKey))
    for (const [what, text] of Object.entries(rest))
      assert.equal(signedStatement(text, publicKey), undefined, what)
    assert.equal(signedStatement(null, publicKey), undefined)
  })
})

describe('what the nodes are told of the last promotion', () => {
  let home: Checkout
  before(async () => {
    home = await checkout()
  })
  after(() => home.remove())

  const told = async (...facts: NodeFact[]) => {
    const secrets = await home.openAs('operator')
    const { publicKey, statement } = promotionVars({ hosts, facts: { node: factsOf(...facts) }, secrets }, a)
    await secrets.save()
    return { publicKey, statement, says: signedStatement(statement, publicKey) }
  }

  it('is nothing before there was one', async () => {
    assert.equal((await told()).statement, '')
    assert.equal((await told(primary(), replica())).statement, '')
  })

  it('is who is primary on which timeline, in the same words in each run', async () => {
    const facts = [primary({ timeline: 4 }), replica({ timeline: 4 })]
    const first = await told(...facts)
    assert.deepEqual(first.says, { systemIdentifier: '7001', timeline: 4, address: a.address })
    assert.deepEqual(await told(...facts), first)
    assert.notEqual(nodeB.address, a.address)
  })
})
