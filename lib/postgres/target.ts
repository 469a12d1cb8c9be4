import type { Secret } from '../core/secret.ts'

/** A PostgreSQL server as its own node sees it. The operator reaches it through the node's connection. */
export interface PostgresTarget {
  /** Address on the node, such as its overlay address. */
  readonly host: string
  /** @default 5432 */
  readonly port?: number | undefined
  /** @default 'postgres' */
  readonly database?: string | undefined
  /** @default 'postgres' */
  readonly user?: string | undefined
  readonly password: Secret
}
