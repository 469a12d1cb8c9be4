import { claimOf } from '../../../lib/cluster/status/claims.ts'
import type { Config } from '../../../lib/cluster/status/config.ts'
import type { Status } from '../../../lib/cluster/status/schema.ts'
import type { PeerView } from '../service.ts'

/**
 * Patroni's health checks: the same paths, the same codes, so that a load balancer's configuration for Patroni works
 * unchanged (https://patroni.readthedocs.io/en/latest/rest_api.html). There is no leader lock here: PostgreSQL's own
 * state decides, and a primary gives way to another node that was promoted after it.
 */
export interface HealthView {
  readonly status: Status
  readonly peers: readonly PeerView[]
  readonly config: Config
}

type Check = (view: HealthView, query: URLSearchParams) => boolean

const running: Check = ({ status }) => status.postgres.up

const primary: Check = (view) =>
  running(view, NO_QUERY) && view.status.postgres.role === 'primary' && !superseded(view)

const replica: Check = (view, query) => {
  const { postgres, replication } = view.status
  if (!postgres.up || postgres.role !== 'replica') return false
  const state = query.get('replication_state')
  if (state !== null && state !== replication.receiver?.status) return false
  // Tags are Patroni's own configuration. There are none here, and to Patroni a tag that is not set does not match.
  if ([...query.keys()].some((key) => key.startsWith('tag_'))) return false
  return lagWithin(query, lagOf(view), Infinity)
}

const syncState =
  (wanted: string): Check =>
  (view, query) =>
    replica(view, query) && syncStateOf(view) === wanted

/** Whoever is not known to be synchronous is not, also when no primary says so. */
const asynchronous: Check = (view, query) =>
  replica(view, query) && !['sync', 'quorum'].includes(syncStateOf(view) ?? '')

const ready: Check = (view, query) => {
  if (primary(view, query)) return true
  const { postgres, replication } = view.status
  if (!postgres.up || postgres.role !== 'replica' || replication.receiver?.status !== 'streaming')
    return false
  // `write` asks whether WAL arrives, and a live receiver has all there is but what is on the wire.
  if (query.get('mode') === 'write') return replication.lagBytes !== null
  return lagWithin(query, replication.lagBytes, view.config.thresholds.readyLagBytes)
}

const either =
  (one: Check): Check =>
  (view, query) =>
    primary(view, query) || one(view, query)

const NO_QUERY = new URLSearchParams()

export const CHECKS: ReadonlyMap<string, Check> = new Map<string, Check>([
  ['/', primary],
  ['/primary', primary],
  ['/master', primary],
  ['/leader', primary],
  ['/read-write', primary],
  // There is no standby cluster.
  ['/standby-leader', () => false],
  ['/standby_leader', () => false],
  ['/replica', replica],
  ['/read-only', either(replica)],
  ['/synchronous', syncState('sync')],
  ['/sync', syncState('sync')],
  ['/read-only-sync', either(syncState('sync'))],
  ['/quorum', syncState('quorum')],
  ['/read-only-quorum', either(syncState('quorum'))],
  ['/asynchronous', asynchronous],
  ['/async', asynchronous],
  ['/health', running],
  ['/patroni', () => true],
  ['/readiness', ready],
  ['/ready', ready],
])

/** Whether another node was promoted after this one, by all that is known here. */
const superseded = ({ status, config }: HealthView): boolean =>
  status.peers.some((peer) => ['signed', 'believed'].includes(claimOf(status, peer, config) ?? ''))

/** What the latest primary said last, also when it is gone: as Patroni keeps what its leader wrote down. */
function lastPrimary({ peers }: HealthView): Status | undefined {
  return peers
    .flatMap(({ status }) => (status?.postgres.role === 'primary' ? [status] : []))
    .toSorted((a, b) => (a.postgres.timeline ?? 0) - (b.postgres.timeline ?? 0))
    .at(-1)
}

/** Only the primary knows which of its standbys are synchronous. */
const syncStateOf = (view: HealthView): string | undefined =>
  lastPrimary(view)?.replication.standbys.find(({ name }) => name === view.config.node.replicationName)
    ?.syncState

/**
 * How far a replica is behind where the primary is known to have been. Readers keep their replicas when the primary is lost;
 * a replica that nobody told of a primary is behind nobody.
 */
function lagOf(view: HealthView): number {
  const { postgres, replication } = view.status
  if (replication.lagBytes !== null) return replication.lagBytes
  const known = lastPrimary(view)?.postgres.walPosition ?? 0
  return Math.max(0, known - (postgres.walPosition ?? 0))
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 2 ** 10,
  mb: 2 ** 20,
  gb: 2 ** 30,
  tb: 2 ** 40,
}

/** `1048576`, `16kB`, `64MB`, `1GB`; undefined for anything else. */
export function parseLag(text: string): number | undefined {
  const [, digits, unit = ''] = /^(\d{1,15})\s*([kmgt]?b?)$/i.exec(text.trim()) ?? []
  const factor = UNITS[unit.toLowerCase()]
  return digits === undefined || factor === undefined ? undefined : Number(digits) * factor
}

function lagWithin(query: URLSearchParams, lag: number | null, otherwise: number): boolean {
  const asked = query.get('lag')
  // A bound that makes no sense is none, as in Patroni.
  const most = asked === null ? otherwise : (parseLag(asked) ?? Infinity)
  return most === Infinity || (lag !== null && lag <= most)
}
