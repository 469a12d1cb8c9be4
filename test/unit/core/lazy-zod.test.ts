import assert from 'node:assert/strict'
import * as zod from 'zod'
import * as z from '../../../lib/core/lazy-zod.ts'
import { namesOf, shapeOf } from '../../../lib/core/schema-shape.ts'
import { validate } from '../../../lib/core/schema.ts'

/** The same schema, made by either. */
const port = ({ strictObject, int, string, union, array, literal, record, custom, ...more }: typeof z) =>
  strictObject({
    name: string()
      .min(1)
      .regex(/^[a-z]+$/, 'must be small letters'),
    port: int().positive().max(65535).default(80),
    state: more.enum(['open', 'closed']).optional(),
    from: union([literal('any'), array(string().min(3)).readonly()]).optional(),
    labels: record(string(), more.boolean().or(more.number())).optional(),
    pattern: more.instanceof(RegExp).optional(),
    any: more.any().optional(),
    pair: more.tuple([string(), int().nonnegative()]).optional(),
    inner: more
      .object({ even: custom<number>((value) => Number(value) % 2 === 0, 'must be even') })
      .nullish(),
    trimmed: string()
      .transform((text) => text.trim())
      .pipe(string().min(1))
      .optional(),
  })
    .refine(({ name, state }) => name !== 'ssh' || state !== 'closed', {
      path: ['state'],
      error: 'stays open',
    })
    .superRefine(({ name }, { addIssue }) => void (name === 'telnet' && addIssue('never')))

const VALUES = [
  { name: 'http' },
  { name: 'https', port: 443, state: 'open', from: ['10.0.0.0/8'], labels: { a: true, b: 2 }, any: {} },
  { name: 'ssh', state: 'closed', pattern: /x/, pair: ['a', 1], inner: { even: 2 }, trimmed: ' a ' },
  { name: 'telnet', inner: null },
  { name: 'Http', port: 0, state: 'ajar', from: ['1'], labels: { a: 'b' }, pattern: 'x', pair: [1, -1] },
  { name: 'http', inner: { even: 3 }, trimmed: ' ', form: 'any' },
  {},
  'http',
]

describe('a schema that is built when it is first used', () => {
  it('takes and refuses what the same schema of Zod does', () => {
    const [ours, theirs] = [port(z), port(zod)]
    for (const value of VALUES) assert.deepEqual(validate(ours, value), validate(theirs, value))
    assert.equal(VALUES.filter((value) => validate(ours, value).issues === undefined).length, 2)
  })

  it('is not built before, and once', () => {
    let built = 0
    const shape = {
      get name() {
        built++
        return z.string()
      },
    }
    const schema = z.strictObject(shape).optional()
    assert.equal(built, 0)
    schema.parse({ name: 'a' })
    schema.parse({ name: 'b' })
    assert.equal(built, 1)
  })

  it('tells the names of its fields', () => {
    assert.deepEqual(namesOf(port(z)), namesOf(port(zod)))
    assert.deepEqual(Object.keys(shapeOf(z.strictObject({ a: z.string() })) ?? {}), ['a'])
  })

  it('is a schema for Zod itself', () => {
    const inner = z.string().min(2)
    assert.ok(inner instanceof zod.ZodType)
    const outer = zod.strictObject({ inner, list: zod.array(inner).optional() })
    assert.deepEqual(outer.parse({ inner: 'ab', list: ['cd'] }), { inner: 'ab', list: ['cd'] })
    assert.equal(outer.safeParse({ inner: 'a' }).success, false)
  })
})
