import assert from 'node:assert/strict'
import { UnreachableError, UserError } from '../../../lib/core/errors.ts'

describe('an error for the person at the keyboard', () => {
  it('is one when it comes from a second copy of the library', async () => {
    const again = './errors.ts?again'
    const other = (await import(`../../../lib/core/${again.slice(2)}`)) as {
      readonly UserError: typeof UserError
      readonly UnreachableError: typeof UnreachableError
    }
    assert.notEqual(other.UserError, UserError)
    assert.ok(new other.UserError('E_USAGE', 'wrong') instanceof UserError)
    assert.ok(new other.UnreachableError('E_NO_SHELL', 'gone') instanceof UnreachableError)
    assert.ok(new other.UnreachableError('E_NO_SHELL', 'gone') instanceof UserError)
  })

  it('is told apart from others', () => {
    assert.ok(!(new UserError('E_USAGE', 'wrong') instanceof UnreachableError))
    assert.ok(!(new Error('wrong') instanceof UserError))
  })
})
