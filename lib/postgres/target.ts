import * as z from '../core/lazy-zod.ts'
import { hostPort, splitHostPort } from '../core/host-port.ts'
import { secretValue } from '../core/schemas.ts'
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
  /** Tried in this order where the server refuses the password: while it is changed, the server still has an earlier one. */
  readonly previousPasswords?: readonly Secret[] | undefined
}

/** For the arguments of modules: `z.strictObject({ on: postgresTarget })`. */
export const postgresTarget: z.ZodType<PostgresTarget, PostgresTarget> = z.strictObject({
  host: z.string().min(1),
  port: z.int().min(1).max(65535).optional(),
  database: z.string().optional(),
  user: z.string().optional(),
  password: secretValue,
  previousPasswords: z.array(secretValue).readonly().optional(),
})

/** Which server, whoever asks it for what. */
export type ServerAddress = Pick<PostgresTarget, 'host' | 'port'>

/** `10.88.0.11:5432`: one name for a server in keys, resources and messages. */
export const serverName = ({ host, port = 5432 }: ServerAddress): string => hostPort(host, port)

/** The server that {@link serverName} made this name for. */
export function serverOfName(name: string): ServerAddress {
  return splitHostPort(name)
}
