import assert from 'node:assert/strict'
import { Secret } from '../../../lib/core/secret.ts'
import { formatChange, formatValue, toJson } from '../../../lib/reporters/value.ts'

describe('formatValue', () => {
  const digest = '9c02d1f4'.repeat(8)
  const looks: [unknown, string][] = [
    ['0640', '0640'],
    ['', "''"],
    [undefined, 'absent'],
    [null, 'absent'],
    [true, 'true'],
    [5432, '5432'],
    [12n, '12'],
    [digest, '9c02d1f49c02…'],
    [`postgres@sha256:${digest}`, 'postgres@sha256:9c02d1f49c02…'],
    ['sha256 in a_' + digest, `sha256 in a_9c02d1f49c02…`],
    [['a', 1, { b: 2 }], '[a, 1, {"b":2}]'],
    [[], '[]'],
    [{ size: '8G', ports: [5432] }, '{"size":"8G","ports":[5432]}'],
    [new Map([['a', 1]]), '{"a":1}'],
    [new Secret('replication', 'x'), '«secret replication»'],
    ['two\nlines', 'two lines'],
    ['\x1b]52;c;x\x07', ''],
    ['x'.repeat(200), `${'x'.repeat(99)}…`],
  ]
  for (const [value, text] of looks) it(`shows ${text}`, () => assert.equal(formatValue(value), text))

  it('does not cut a secret in two and print the half', () => {
    new Secret('token', 'deadbeef'.repeat(5))
    assert.equal(formatValue(`x ${'deadbeef'.repeat(5)}`), 'x «secret»')
  })
})

describe('formatChange', () => {
  it('says from what to what', () => {
    assert.equal(formatChange({ what: 'mode', from: '0644', to: '0640' }), 'mode 0644 → 0640')
    assert.equal(formatChange({ what: 'image', to: 'postgres:16' }), 'image absent → postgres:16')
  })

  it('only names an action', () => assert.equal(formatChange({ what: 'restart' }), 'restart'))
})

describe('toJson', () => {
  it('says what JSON cannot', () => {
    const value = {
      big: 1n,
      map: new Map([['a', 1]]),
      set: new Set([1]),
      error: new Error('no'),
      gone: undefined,
    }
    assert.deepEqual(toJson(value), { big: '1', map: { a: 1 }, set: [1], error: 'no' })
    assert.equal(toJson(undefined), null)
  })

  it('survives circles', () => {
    const circle: { self?: unknown } = {}
    circle.self = circle
    assert.equal(typeof toJson(circle), 'string')
  })
})
