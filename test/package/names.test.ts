import assert from 'node:assert/strict'
import { namelessTypes } from './support/public-names.ts'

const ENTRIES = [
  'dist/lib/index.d.ts',
  'dist/lib/postgres/index.d.ts',
  'dist/lib/cluster/index.d.ts',
  'dist/lib/testing/index.d.ts',
  'dist/roles/index.d.ts',
]

describe('the types of the package', function () {
  it('can be imported by name, all that public functions mention', () => {
    const nameless = namelessTypes(process.cwd(), ENTRIES)
    assert.deepEqual(
      nameless.map(({ declaration, type }) => `${declaration} mentions ${type}`),
      [],
    )
  })
})
