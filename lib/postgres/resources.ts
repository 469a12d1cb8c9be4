import { type Resource, type ResourceKind, defineResourceKind } from '../core/resource.ts'
import { served } from '../modules/shared/served.ts'
import { type ServerAddress, serverName } from './target.ts'

/** What PostgreSQL servers hold, by the name of the server: other hosts see it too. */
export const postgresServers: ResourceKind = defineResourceKind('postgres', { shared: true })

/** What a server has several of, or one of. */
export type ServerPart =
  | 'backups'
  | 'connections'
  | 'database'
  | 'execute'
  | 'extension'
  | 'function'
  | 'recovery'
  | 'replication'
  | 'role'
  | 'role-dropped'
  | 'settings'
  | 'slot'

/**
 * A server with all that it holds, and whether it answers: for a task that starts, stops or promotes it, or waits for it.
 *
 * @example
 * const touches = (on: PostgresTarget) => wholeServer(on)
 */
export const wholeServer = (on: ServerAddress): readonly Resource[] => [
  postgresServers.below(serverName(on)),
  servedBy(on),
]

/** All things of one kind: `serverPart(on, 'slot')`. */
export const serverPart = (on: ServerAddress, part: ServerPart): Resource =>
  postgresServers.below(`${serverName(on)}/${part}`)

/** One thing of a server: `serverThing(on, 'slot', 'node_b')`. */
export const serverThing = (on: ServerAddress, part: ServerPart, name: string): Resource =>
  postgresServers.at(`${serverName(on)}/${part}/${encodeURIComponent(name)}`)

/** Whether a server answers at all: what starts or stops its container or service touches it. */
export const servedBy = (on: ServerAddress): Resource => served.at(serverName(on))
