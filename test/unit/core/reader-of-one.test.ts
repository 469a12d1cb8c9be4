import assert from 'node:assert/strict'
import { isSingle, readerOfOne } from '../../../lib/core/reader-of-one.ts'

describe('a reader that answers one key', () => {
  const one = { name: 'one', ask: (key: string) => `echo ${key}`, parse: () => 1, sees: () => [] }

  it('is one when it comes from a second copy of the library', async () => {
    const again = './reader-of-one.ts?again'
    const other = (await import(`../../../lib/core/${again.slice(2)}`)) as {
      readonly readerOfOne: typeof readerOfOne
    }
    assert.notEqual(other.readerOfOne, readerOfOne)
    assert.ok(isSingle(other.readerOfOne(one)))
  })

  it('is told apart from one that answers several', () => {
    assert.ok(isSingle(readerOfOne(one)))
    assert.ok(!isSingle({ name: 'several', ask: () => '', parse: () => [], sees: () => [] }))
  })
})
