import * as z from '../../../core/lazy-zod.ts'
import type { Schema } from '../../../core/schema.ts'
import { type PostgresTarget, postgresTarget } from '../../target.ts'
import type { QueryParameter } from './parameters.ts'

export interface PostgresQueryArgs<Row = unknown> {
  /** The server and database to read from. */
  readonly on: PostgresTarget
  /**
   * One SELECT statement, run in a read-only transaction. The search path contains only `pg_catalog`, so write all other names with
   * their schema, such as `public.orders`. A view or a column type can run functions of its owner: to read objects that others own,
   * connect as a user that has no more privileges than they have. Rows arrive as JSON: cast values that JSON cannot represent to
   * text, such as a bigint above 2^53.
   */
  readonly sql: string
  /** Values for `$1`, `$2`, … in `sql`. */
  readonly params?: readonly QueryParameter[] | undefined
  /** Schema that checks each row, and gives the rows their TypeScript type. */
  readonly row?: Schema<unknown, Row> | undefined
  /** Checks all rows: returns `true` if they are as expected. Otherwise the task fails; a text that it returns is the reason. */
  readonly expect?: ((rows: readonly Row[]) => boolean | string) | undefined
}

export const args: z.ZodType<PostgresQueryArgs, PostgresQueryArgs> = z.strictObject({
  on: postgresTarget,
  sql: z.string().overwrite((sql) => sql.replace(/[\s;]+$/, '')),
  params: z
    .array(z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string()).readonly()]))
    .readonly()
    .optional(),
  row: z.custom<Schema>(isSchema, 'must be a schema, such as z.object({ … })').optional(),
  expect: z
    .custom<NonNullable<PostgresQueryArgs['expect']>>((value) => typeof value === 'function')
    .optional(),
})

// By what it can do: a playbook may have a schema library of its own.
function isSchema(value: unknown): boolean {
  return typeof value === 'object' && value !== null && '~standard' in value
}
