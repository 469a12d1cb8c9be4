import assert from 'node:assert/strict'
import { z } from 'zod'
import { describeIssue } from '../../../lib/core/schema-issue.ts'
import { validate } from '../../../lib/core/schema.ts'

const says = (schema: z.ZodType, value: unknown): string[] =>
  (validate(schema, value).issues ?? []).map(describeIssue)

describe('what is wrong with a value', () => {
  it('names the types of a union', () => {
    const schema = z.strictObject({ a: z.union([z.number(), z.literal('none'), z.array(z.string())]) })
    assert.deepEqual(says(schema, { a: true }), ['a: must be a number or "none" or an array'])
  })

  it('is what the member of a union says whose type is right, however deep', () => {
    const inner = z.union([z.string(), z.strictObject({ soft: z.number() })])
    const schema = z.strictObject({ a: z.array(z.union([z.number(), inner])) })
    assert.deepEqual(says(schema, { a: [1, { soft: 'x' }] }), ['a.1.soft: must be a number, not a string'])
    assert.deepEqual(says(schema, { a: [{ soft: 1, sotf: 2 }] }), ['a.0: Unrecognized key: "sotf"'])
    assert.deepEqual(says(schema, { a: [null] }), ['a.0: must be a number or a string or an object'])
  })

  it('is what a record says of a key', () => {
    const schema = z.record(z.string().regex(/^[a-z]+$/, 'is no name'), z.number())
    assert.deepEqual(says(schema, { A: 1 }), ['A: is no name'])
  })
})
