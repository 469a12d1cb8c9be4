import { span } from '../format.ts'
import type { Status, Warning } from '../schema.ts'
import { type Rule, critical, warning } from './warn.ts'

/** It writes its word every 5 seconds. */
const SILENT_SECONDS = 30

/** PgBouncer of this node. */
export const pooler: Rule = (
  { pooler, postgres, node, peers, time, service },
  { pooler: wanted, thresholds },
) => {
  if (!wanted) return []
  // Where it never said anything, it is given the time since this service began to listen.
  const heard = pooler?.at ?? service?.startedAt
  const silent = heard === undefined ? Infinity : (Date.parse(time) - Date.parse(heard)) / 1000
  if (silent > SILENT_SECONDS || pooler?.answers === false)
    return [
      critical(
        'pooler-silent',
        'PgBouncer (container pgbouncer) does not answer: clients cannot connect through this node',
      ),
    ]
  if (pooler === null) return []
  const { held, clientsActive, clientsWaiting, maxClientConn, maxWaitSeconds } = pooler
  const used = clientsActive + clientsWaiting
  const all = [
    { ...node, role: postgres.role, up: postgres.up },
    ...peers.map((peer) => ({ ...peer, up: peer.reached && peer.up })),
  ]
  return [
    held && critical('pooler-held', 'PgBouncer finds no primary: its clients wait, and then get an error'),
    astray(
      pooler,
      all.find(({ role, up }) => role === 'primary' && up === true),
      all,
    ),
    !held &&
      clientsWaiting > 0 &&
      maxWaitSeconds > thresholds.poolerWaitSeconds &&
      warning(
        'pooler-waiting',
        `${clientsWaiting} clients of PgBouncer wait for a server connection, the first of them for ${span(maxWaitSeconds)}`,
      ),
    used >= maxClientConn * thresholds.poolerClientsShare &&
      warning('pooler-full', `${used} of the ${maxClientConn} clients that PgBouncer takes are connected`),
  ]
}

type Place = Status['node']

/** Whether it sends its clients to another node than the primary, where that is known. */
export function astray(
  pooler: Status['pooler'],
  real: Place | undefined,
  nodes: readonly Place[],
): Warning | false {
  if (pooler === null || pooler.held || real === undefined || pooler.primary === real.address) return false
  const target = nodes.find(({ address }) => address === pooler.primary)?.name ?? pooler.primary ?? 'no node'
  return warning(
    'pooler-astray',
    `PgBouncer sends clients to ${target}, but the primary is ${real.name}. It follows by itself within seconds`,
  )
}
