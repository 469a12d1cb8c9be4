import { z } from 'zod'
import type { Schema } from '../../../core/schema.ts'
import { type PostgresTarget, postgresTarget } from '../../target.ts'
import type { QueryParameter } from './parameters.ts'

export interface PostgresQueryArgs<Row = unknown> {
  readonly on: PostgresTarget
  /**
   * One SELECT, run in a read-only transaction. Names mean PostgreSQL's own: what is in another schema is written with it,
   * `public.orders`. A view, and a column with a type of its own, may run its owner's functions: read what others own as a
   * user that may do no more than they. Rows arrive as JSON: cast to text what JSON cannot carry, such as a
   * bigint above 2^53.
   */
  readonly sql: string
  /** For `$1`, `$2`… */
  readonly params?: readonly QueryParameter[] | undefined
  /** Checks each row and gives the rows their type. */
  readonly row?: Schema<unknown, Row> | undefined
  /** What has to be so: `true`, or what is wrong as a sentence. Anything else fails the task. */
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
