import assert from 'node:assert/strict'
import fc from 'fast-check'
import { ownerSecret } from '../../../../lib/cluster/secrets/names.ts'
import { clusterWish } from '../../../../lib/cluster/vars/cluster.ts'
import { checkName, variableOf } from '../../../../lib/secrets/names.ts'

const take = (...databases: string[]) => clusterWish.safeParse({ databases })
const refused = (words: RegExp, ...databases: string[]) => {
  const { success, error } = take(...databases)
  assert.equal(success, false, databases.join())
  assert.match(error?.message ?? '', words)
}

describe('the names of databases', () => {
  it('are those that PostgreSQL takes', () => {
    for (const name of [
      'app',
      'my_app',
      'Großer Topf',
      'a-b',
      'a.b',
      "it's",
      '"quoted"',
      '数据',
      'A',
      'superuser',
      '$x; DROP',
      '1',
    ])
      assert.ok(take(name).success, name)
    assert.ok(take('x'.repeat(63)).success)
  })

  it('are refused in words where they are reserved, too long or there twice', () => {
    for (const name of ['postgres', 'template0', 'template1']) refused(/PostgreSQL has a database/, name)
    for (const name of ['replicator', 'rewinder', 'monitor']) refused(/role of the cluster/, name)
    for (const name of ['pg_app', 'public', 'none']) refused(/owner .* PostgreSQL reserves/, name)
    refused(/longer than 63 bytes/, 'ü'.repeat(32))
    refused(/twice/, 'app', 'app')
    refused(/Too small|at least|empty/i, '')
  })

  it('have a secret each: a name that the store takes, and another one for each database', () => {
    assert.equal(ownerSecret('app'), 'postgres.app')
    assert.equal(ownerSecret('web-shop'), 'postgres.web-shop')
    const names = [
      'my_app',
      'my-app',
      'my.app',
      'My_app',
      'my app',
      'superuser',
      'Großer Topf',
      '数据',
      "it's",
    ]
    const secrets = names.map(ownerSecret)
    secrets.forEach(checkName)
    assert.match(ownerSecret('my_app'), /^postgres\.my-app\.[0-9a-f]{8}$/)
    assert.equal(new Set(secrets.map(variableOf)).size, names.length)
    assert.notEqual(ownerSecret('superuser'), 'postgres.superuser')
  })

  it('have one whatever they are', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' }), (name) =>
        checkName(ownerSecret(name)),
      ),
    )
  })
})
