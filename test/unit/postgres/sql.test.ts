import assert from 'node:assert/strict'
import fc from 'fast-check'
import { withParameters } from '../../../lib/postgres/modules/query/parameters.ts'
import { identifier, literal } from '../../../lib/postgres/sql.ts'
import { sql } from '../../../lib/postgres/channel.ts'
import { type Shared, shared } from './support/shared.ts'

describe('SQL text', function () {
  let here: Shared
  before(async function () {
    this.timeout(300_000)
    here = await shared()
  })

  const nasty = fc.constantFrom(
    "'",
    '"',
    '\\',
    '$',
    '%',
    ';',
    '-',
    '\n',
    'E',
    'é',
    '☃',
    '\u{1f510}',
    ' ',
    '0',
  )
  const text = fc.string({ unit: fc.oneof(nasty, fc.string({ unit: 'binary', minLength: 1, maxLength: 1 })) })
  const valid = text.filter((one) => !one.includes('\0'))

  const read = async (text: string) => {
    const reply = await here.channel.run(sql(text, here.server.target))
    assert.equal(reply.code, 0, `${reply.stderr.toString()} ${text}`)
    return (JSON.parse(reply.stdout.toString()) as unknown[])[0]
  }

  it('carries any string, whatever standard_conforming_strings is', async () => {
    for (const conforming of ['on', 'off']) {
      await read(`SET standard_conforming_strings = ${conforming}; SELECT 1`)
      await fc.assert(
        fc.asyncProperty(valid, async (value) => {
          assert.deepEqual(await read(`SELECT ${literal(value)}::text AS v`), { v: value })
        }),
        { numRuns: 100 },
      )
    }
    await read('RESET standard_conforming_strings; SELECT 1')
  })

  it('carries any name', async () => {
    const name = valid.filter((one) => one !== '' && Buffer.byteLength(one) <= 63)
    await fc.assert(
      fc.asyncProperty(name, async (value) => {
        const row = await read(`SELECT 1 AS ${identifier(value)}`)
        assert.deepEqual(Object.keys(row as object), [value])
      }),
      { numRuns: 100 },
    )
  })

  it('refuses NUL', () => {
    assert.throws(() => literal('a\0b'), /NUL/)
    assert.throws(() => identifier('a\0b'), /NUL/)
  })

  it('puts parameters where they belong and nowhere else', () => {
    const sql = `SELECT $1, '$1', "$1", E'\\'$1', $$ $1 $$, $a$ $1 $a$, a$1, $2 -- $1\n/* $1 */ $3 $4 $5`
    const parameters = ["it's $2", 7, null, true, ['a', 'b']]
    assert.equal(
      withParameters(sql, parameters),
      `SELECT 'it''s $2', '$1', "$1", E'\\'$1', $$ $1 $$, $a$ $1 $a$, a$1, (7) -- $1\n/* $1 */ NULL (true) ARRAY['a', 'b']::text[]`,
    )
    assert.throws(() => withParameters('SELECT $6', parameters), /uses \$6/)
  })
})
