import type { Host } from '../playbook/inventory.ts'
import type { Secret } from '../core/secret.ts'
import { UserError } from '../core/errors.ts'
import { type ClusterContext, clusterOf } from './cluster.ts'
import { capacityUnder } from './node-role-vars.ts'
import { POOLER_SECRET } from './secrets/names.ts'
import { POOLER_ROLE, type PoolerVars } from './vars/pooler.ts'

/** PgBouncer of a cluster: what the inventory says, and the password of its role. */
export interface Pooler extends PoolerVars {
  readonly defaultPoolSize: number
  readonly password: Secret
}

// Its console, and a database whose owner would be its role.
const RESERVED: readonly string[] = ['pgbouncer', POOLER_ROLE]

/**
 * The pooler under `primary`; undefined where there is to be none.
 * @throws UserError E_POOLER for what PgBouncer cannot serve, and for more server connections than PostgreSQL has
 */
export function poolerOf(context: ClusterContext, primary: Host): Pooler | undefined {
  const { pooler, databases, clientAccess } = context.vars
  if (pooler === undefined) return undefined
  const wrong = databases.find((name) => RESERVED.includes(name) || !/^[\w.-]+$/.test(name))
  if (wrong !== undefined)
    throw refused(
      `PgBouncer cannot serve the database ${JSON.stringify(wrong)}`,
      `It takes letters, digits, _, - and . in a name, and ${RESERVED.join(' and ')} have a meaning of their own. Rename the database, or take pooler out of the inventory.`,
    )
  if (clientAccess.some(({ user }) => [user].flat().includes(POOLER_ROLE)))
    throw refused(
      `a line of clientAccess is for the role ${POOLER_ROLE}`,
      'PgBouncer itself logs in as that role, and it has lines of its own. Choose another name for the role of the client.',
    )
  const defaultPoolSize = poolSizeOf(context, primary, pooler)
  return { ...pooler, defaultPoolSize, password: context.secrets.password(POOLER_SECRET) }
}

/** For the cluster itself, and for who looks what is wrong. */
const SPARE = 10

// A server that has no connection left refuses, and PgBouncer then ends clients that could have waited.
function poolSizeOf(context: ClusterContext, primary: Host, { defaultPoolSize }: PoolerVars): number {
  const { nodes } = clusterOf(context)
  const { databases } = context.vars
  const { max_connections: allowed } = capacityUnder(context, primary)
  const pools = nodes.length * databases.length
  const size = defaultPoolSize ?? Math.max(1, Math.min(20, Math.floor((allowed - SPARE) / pools)))
  if (pools * size <= allowed) return size
  throw refused(
    `the pools need more connections than PostgreSQL has: ${nodes.length} nodes with ${databases.length} databases of ${size} connections are ${pools * size}, maxConnections is ${allowed}`,
    'Lower defaultPoolSize of pooler, or raise maxConnections.',
  )
}

const refused = (why: string, hint: string): UserError =>
  new UserError('E_POOLER', why, { hint: `${hint} Nothing was changed.` })
