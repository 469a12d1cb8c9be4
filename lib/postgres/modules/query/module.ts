import type { Deferred } from '../../../core/deferred.ts'
import { UserError } from '../../../core/errors.ts'
import { defineModule } from '../../../core/module.ts'
import { ask, mapProbe } from '../../../core/probe.ts'
import { issuePath } from '../../../core/schema-issue.ts'
import { type Schema, validate } from '../../../core/schema.ts'
import type { AnyModule, Task, TaskOptions } from '../../../core/task.ts'
import { type PostgresQueryArgs, args } from './args.ts'
import { withParameters } from './parameters.ts'
import { queryReader } from './reader.ts'

/** The type of the rows is that of the schema `row`. */
export interface PostgresQuery {
  <Row = unknown>(
    name: string,
    args: PostgresQueryArgs<Row> | Deferred<PostgresQueryArgs<Row>>,
    options?: TaskOptions<readonly Row[]>,
  ): Task<readonly Row[]>
  readonly definition: AnyModule
}

/**
 * Reads rows, to use them with `from(task, rows => …)` or to check them with `expect`. It never changes anything.
 *
 * @dryRun Runs the query in a dry run too, and is ok or fails as in a real run. Unknown if any earlier task on the host would
 * change something, because nobody knows what the query reads; tasks that are made from its rows are then unknown too.
 *
 * @example
 * postgresQuery('replicas stream', {
 *   on: primary,
 *   sql: 'SELECT count(*)::int AS streaming FROM pg_stat_replication WHERE state = $1',
 *   params: ['streaming'],
 *   row: z.object({ streaming: z.number() }),
 *   expect: ([row]) => row?.streaming === 2 || `only ${row?.streaming} of 2 replicas stream`,
 * })
 */
// The schema is checked at run time, which TypeScript cannot follow.
export const postgresQuery = defineModule({
  name: 'postgres_query',
  args,
  probe: ({ on, sql, params, row }) =>
    mapProbe(ask(queryReader, withParameters(sql, params ?? []), on), (rows) => checked(rows, row)),
  plan: ({ expect }, rows) => {
    const verdict = expect?.(rows) ?? true
    if (verdict === true)
      return { changes: [], because: `${rows.length} ${rows.length === 1 ? 'row' : 'rows'}` }
    const what = verdict === false ? 'the rows are not as expected' : verdict
    throw new UserError('E_POSTGRES_QUERY', what, { hint: `PostgreSQL answered ${shown(rows)}` })
  },
  apply: () => [],
  touches: () => [],
}) as PostgresQuery

function checked(rows: readonly unknown[], row: Schema | undefined): readonly unknown[] {
  if (row === undefined) return rows
  const issues: string[] = []
  const values = rows.map((one, i) => {
    const result = validate(row, one)
    if (result.issues === undefined) return result.value
    for (const issue of result.issues)
      issues.push(`row ${[i, issuePath(issue)].filter((part) => part !== '').join('.')}: ${issue.message}`)
    return undefined
  })
  if (issues.length === 0) return values
  throw new UserError('E_POSTGRES_QUERY', `the rows do not match the schema \`row\`: ${issues.join('; ')}`)
}

function shown(rows: readonly unknown[]): string {
  const text = JSON.stringify(rows)
  return text.length > 300 ? `${text.slice(0, 300)}…` : text
}
