import assert from 'node:assert/strict'
import { z } from 'zod'
import { validate } from '../../../lib/core/schema.ts'

const said = (schema: z.ZodType, value: unknown): string[] =>
  (validate(schema, value).issues ?? []).map(({ message }) => message)

describe('what is said of a value that is too small, too large or of another type', () => {
  const CASES: Readonly<Record<string, readonly [z.ZodType, unknown]>> = {
    'must not be empty': [z.string().min(1), ''],
    'must have at least 2 items': [z.array(z.string()).min(2), ['a']],
    'must have at most 3 characters': [z.string().max(3), 'abcd'],
    'must have at most 1 item': [z.array(z.string()).max(1), ['a', 'b']],
    'must have exactly 4 characters': [z.string().length(4), 'a'],
    'must be at least 3': [z.number().min(3), 1],
    'must be more than 0': [z.number().positive(), 0],
    'must be at most 65535': [z.number().max(65_535), 65_536],
    'must be less than 1.5': [z.number().lt(1.5), 2],
    'must be a number, not a string': [z.number(), '1'],
    'must be an integer, not a number': [z.int(), 1.5],
    'must be an object, not null': [z.object({}), null],
    'must be an array, but is missing': [z.array(z.string()), undefined],
    'must be a number or "none"': [z.union([z.number(), z.literal('none')]), true],
  }
  for (const [message, [schema, value]] of Object.entries(CASES))
    it(`is: ${message}`, () => assert.deepEqual(said(schema, value), [message]))

  it('is that an empty list must not be empty', () =>
    assert.deepEqual(said(z.array(z.string()).min(1), []), ['must not be empty']))
  it('is what the author of the schema says, where there is such a text', () =>
    assert.deepEqual(said(z.string().min(1, 'a name is needed'), ''), ['a name is needed']))
})
