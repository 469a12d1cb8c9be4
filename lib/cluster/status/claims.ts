import { signedStatement } from './statement.ts'
import type { Config } from './config.ts'
import type { Peer, Status } from './schema.ts'

/**
 * What a peer on a later timeline is to a primary. `signed`: the operator has promoted another node. `believed`: it says that it is
 * the primary, and nothing contradicts it. `disputed`: it says so, but nobody has signed that, and another node follows this primary.
 */
export type Claim = 'signed' | 'believed' | 'disputed'

interface Own {
  readonly node: Pick<Status['node'], 'address'>
  readonly postgres: Pick<Status['postgres'], 'role' | 'timeline' | 'systemIdentifier'>
  readonly replication: Pick<Status['replication'], 'standbys'>
}

/**
 * Judges a peer as the guard of the node does (docker/postgres/lib/watch.sh), so that a load balancer is told what the node does.
 * @returns undefined where the peer is no reason to give way
 */
export function claimOf(
  own: Own,
  peer: Peer,
  config: Pick<Config, 'peers' | 'promotionKey'>,
): Claim | undefined {
  const { postgres, node } = own
  const later = (timeline: number | null) => (timeline ?? 0) > (postgres.timeline ?? 0)
  if (postgres.role !== 'primary' || !peer.reached || peer.up !== true) return undefined
  if (peer.systemIdentifier !== postgres.systemIdentifier || !later(peer.timeline)) return undefined
  const says = peer.role === 'primary'
  // A cluster that an earlier version made has no key yet: there a peer's word has to do.
  if (config.promotionKey === null) return says ? 'believed' : undefined
  const statement = signedStatement(peer.promotion, config.promotionKey)
  const promoted =
    statement?.systemIdentifier === postgres.systemIdentifier &&
    later(statement.timeline) &&
    statement.address !== node.address
  if (promoted) return 'signed'
  if (!says) return undefined
  return followerBeside(own, peer, config) === undefined ? 'believed' : 'disputed'
}

/** Another node than the peer that streams from this one: its address. */
export const followerBeside = (
  { replication }: Pick<Own, 'replication'>,
  { address }: Pick<Peer, 'address'>,
  { peers }: Pick<Config, 'peers'>,
): string | undefined =>
  peers.find(
    (other) =>
      other.address !== address &&
      replication.standbys.some(
        (standby) => standby.state === 'streaming' && standby.address === other.address,
      ),
  )?.address
