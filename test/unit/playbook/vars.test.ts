import assert from 'node:assert/strict'
import { z } from 'zod'
import { checkVars } from '../../../lib/playbook/vars.ts'

describe('vars that hold lists and objects', () => {
  const deep = { lists: [[1, 2], [{ a: 1 }]], object: { a: { b: ['x'] } } }
  const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
  const kept = (schema: z.ZodType, value: unknown): void => {
    const vars = checkVars(z.strictObject({ one: schema }), { one: value }, 'test') as { one: unknown }
    assert.deepEqual(plain(vars.one), plain(value))
  }

  it('come through below a record, a tuple, a union and what is not checked at all', () => {
    kept(z.record(z.string(), z.array(z.string())), { operator: ['a', 'b'], backup: [] })
    kept(z.record(z.string(), z.strictObject({ port: z.int() })), { web: { port: 80 } })
    kept(z.record(z.string(), z.record(z.string(), z.array(z.int()))), { a: { b: [1] } })
    kept(z.tuple([z.array(z.int()), z.object({ a: z.int() })]), [[1], { a: 2 }])
    kept(z.union([z.array(z.array(z.int())), z.record(z.string(), z.object({ a: z.int() }))]), {
      x: { a: 1 },
    })
    kept(z.union([z.array(z.array(z.int())), z.int()]), [[1]])
    kept(z.array(z.union([z.object({ a: z.array(z.int()) }), z.int()])), [1, { a: [2] }])
    kept(z.unknown(), deep)
    kept(z.looseObject({}), deep)
  })
})
