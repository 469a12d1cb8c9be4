import assert from 'node:assert/strict'
import fc from 'fast-check'
import { didYouMean } from '../../../lib/core/suggest.ts'

describe('didYouMean', () => {
  const names = ['image', 'version', 'restart', 'node-a', 'node-b']

  for (const [typo, meant] of [
    ['verison', 'version'],
    ['imag', 'image'],
    ['restartt', 'restart'],
    ['rastart', 'restart'],
    ['Version', 'version'],
    ['node-x', 'node-a'],
  ] as const) {
    it(`${typo} → ${meant}`, () => assert.equal(didYouMean(typo, names), meant))
  }

  it('does not guess wildly', () => {
    assert.equal(didYouMean('postgres', names), undefined)
    assert.equal(didYouMean('', names), undefined)
    assert.equal(didYouMean('image', []), undefined)
  })

  it('prefers what is closest over what comes first', () => {
    assert.equal(didYouMean('node-b1', ['node-a1x', 'node-b']), 'node-b')
  })

  it('finds every name after two neighbouring letters were swapped', () => {
    const word = fc.string({ minLength: 3, maxLength: 12 })
    fc.assert(
      fc.property(word, fc.nat(), (name, seed) => {
        const i = seed % (name.length - 1)
        const typo = name.slice(0, i) + name[i + 1] + name[i] + name.slice(i + 2)
        assert.equal(didYouMean(typo, [name]), name)
      }),
    )
  })

  it('says the word itself when it is a candidate', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.array(fc.string()), (word, others) => {
        const exact = [...others.filter((other) => other.toLowerCase() !== word.toLowerCase()), word]
        assert.equal(didYouMean(word, exact), word)
      }),
    )
  })
})
