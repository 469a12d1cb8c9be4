import assert from 'node:assert/strict'
import { z } from 'zod'
import { UserError } from '../../../../lib/core/errors.ts'
import { from } from '../../../../lib/core/deferred.ts'
import type { PostgresQueryArgs } from '../../../../lib/postgres/modules/query/args.ts'
import { postgresQuery } from '../../../../lib/postgres/modules/query/module.ts'
import { look } from '../support/converge.ts'
import { type Shared, shared } from '../support/shared.ts'

describe('postgres_query', function () {
  let here: Shared
  before(async function () {
    this.timeout(300_000)
    here = await shared()
  })

  const query = (args: Omit<PostgresQueryArgs, 'on'>) =>
    look(here.channel, postgresQuery('a query', { on: here.server.target, ...args }))

  it('leaves rows, typed by a schema', async () => {
    const row = z.object({ n: z.number(), t: z.string() })
    const task = postgresQuery('rows', {
      on: here.server.target,
      sql: 'SELECT i AS n, $1 || i AS t FROM generate_series(1, $2) i;\n',
      params: ["it's ", 2],
      row,
    })
    const { state, plan } = await look(here.channel, task)
    assert.deepEqual(state, [
      { n: 1, t: "it's 1" },
      { n: 2, t: "it's 2" },
    ])
    assert.deepEqual(plan, { changes: [], because: '2 rows' })
    const deferred = from(task, (rows) => rows.map(({ n }) => n + 1))
    assert.deepEqual(deferred.resolve([{ changed: false, failed: false, state: state as never }]), [2, 3])
  })

  it('fails when the rows are not as expected', async () => {
    const expectation = (text: RegExp) => (error: unknown) =>
      error instanceof UserError &&
      error.code === 'E_POSTGRES_QUERY' &&
      text.test(`${error.message} ${error.hint}`)
    const sql = 'SELECT 1 AS one'
    assert.equal((await query({ sql, expect: (rows) => rows.length === 1 })).plan.because, '1 row')
    await assert.rejects(query({ sql, expect: () => false }), expectation(/not as expected.*\[{"one":1}\]/))
    await assert.rejects(query({ sql, expect: () => 'one is too few' }), expectation(/one is too few/))
    await assert.rejects(query({ sql, row: z.object({ one: z.string() }) }), expectation(/row 0.one/))
  })

  it('changes nothing', async () => {
    await assert.rejects(query({ sql: 'CREATE TABLE made ()' }), /syntax error/)
    await assert.rejects(
      query({ sql: 'WITH d AS (DELETE FROM pg_class RETURNING 1) SELECT * FROM d' }),
      /top level/,
    )
  })
})
