import type { ZodType } from 'zod'
import type { PostgresTarget } from '../../target.ts'
import type { QueryParameter } from './parameters.ts'

export interface PostgresQueryArgs<Row = unknown> {
  readonly on: PostgresTarget
  /**
   * One SELECT, run in a read-only transaction. Rows arrive as JSON: cast what JSON can't carry to text, such as a
   * bigint above 2^53.
   */
  readonly sql: string
  /** For `$1`, `$2`… */
  readonly params?: readonly QueryParameter[] | undefined
  /** Checks each row and gives the rows their type. */
  readonly row?: ZodType<Row> | undefined
  /** What has to be so: `true`, or what is wrong as a sentence. Anything else fails the task. */
  readonly expect?: ((rows: readonly Row[]) => boolean | string) | undefined
}
