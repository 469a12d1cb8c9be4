import { type ZodType, z } from 'zod'
import { UserError } from '../../../core/errors.ts'
import { type ModuleDefinition, defineModule } from '../../../core/module.ts'
import { ask, mapProbe } from '../../../core/probe.ts'
import { postgresTarget } from '../../../core/schemas.ts'
import type { Deferred, Task, TaskOptions } from '../../../core/task.ts'
import { withParameters } from './parameters.ts'
import { queryReader } from './reader.ts'
import type { PostgresQueryArgs } from './args.ts'

/**
 * Reads rows, for `from(task, rows => …)`, or to make sure of something. Never changes anything.
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
export const postgresQuery = defineModule<PostgresQueryArgs, readonly unknown[]>({
  name: 'postgres_query',
  args: z.strictObject({
    on: postgresTarget,
    sql: z.string().transform((sql) => sql.replace(/[\s;]+$/, '')),
    params: z.array(z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())])).optional(),
    row: z.custom<ZodType>(isSchema, 'must be a zod schema').optional(),
    expect: z.custom<PostgresQueryArgs['expect']>((value) => typeof value === 'function').optional(),
  }) as ZodType<PostgresQueryArgs>,
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

/** `row` decides what the rows are. */
interface PostgresQuery {
  <Row = unknown>(
    name: string,
    args: PostgresQueryArgs<Row> | Deferred<PostgresQueryArgs<Row>>,
    options?: TaskOptions,
  ): Task<readonly Row[]>
  readonly definition: ModuleDefinition<PostgresQueryArgs, readonly unknown[]>
}

function checked(rows: readonly unknown[], row: ZodType | undefined): readonly unknown[] {
  if (row === undefined) return rows
  const parsed = z.array(row).safeParse(rows)
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues.map(({ path, message }) => `row ${path.join('.')}: ${message}`)
  throw new UserError('E_POSTGRES_QUERY', `the rows are not what \`row\` says: ${issues.join('; ')}`)
}

function shown(rows: readonly unknown[]): string {
  const text = JSON.stringify(rows)
  return text.length > 300 ? `${text.slice(0, 300)}…` : text
}

// By what it can do: a playbook may have a zod of its own.
function isSchema(value: unknown): boolean {
  return typeof (value as { safeParse?: unknown } | null)?.safeParse === 'function'
}
