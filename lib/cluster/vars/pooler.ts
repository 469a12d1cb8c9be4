import { z } from 'zod'

/** The role that PgBouncer looks up passwords as. */
export const POOLER_ROLE = 'pooler'

/** Ports of the node's overlay address that others have: PostgreSQL, the status service, pgBackRest. */
const TAKEN: readonly number[] = [5432, 8008, 8432]

/** PgBouncer on every node. The names are those of its settings. */
export const poolerVars = z.strictObject({
  /** Port on the overlay address of each node. @default 6432 */
  listenPort: z
    .int()
    .min(1024, 'must be 1024 or more: PgBouncer does not run as root')
    .max(65_535)
    .refine((port) => !TAKEN.includes(port), 'is a port that the cluster itself uses')
    .default(6432),
  /** When a server connection is given to another client: after its session, its transaction, or each statement. @default 'transaction' */
  poolMode: z.enum(['session', 'transaction', 'statement']).default('transaction'),
  /**
   * Server connections of each node for each database and role.
   * @default 20, or as many as PostgreSQL has for all nodes and databases
   */
  defaultPoolSize: z.int().min(1).max(10_000).optional(),
  /** Client connections of each node. @default 500 */
  maxClientConn: z.int().min(1).max(100_000).default(500),
  /** Seconds that a client waits for a server connection, also while there is no primary. Then it gets an error. @default 120 */
  queryWaitTimeout: z.int().min(1).max(86_400).default(120),
  /** Seconds until a server connection that nobody uses is closed. @default 600 */
  serverIdleTimeout: z.int().min(1).max(86_400).default(600),
  /** The image. One whose name does not begin with `run-playbook/` is your own, and never built. @default 'run-playbook/pgbouncer' */
  image: z.string().min(1).default('run-playbook/pgbouncer'),
})

/** PgBouncer, in effect. */
export type PoolerVars = z.output<typeof poolerVars>
