import type { Config } from '../../../lib/cluster/status/config.ts'
import type { Status, Warning } from '../../../lib/cluster/status/schema.ts'
import type { PeerView } from '../service.ts'

/** Everything the page is made of. */
export interface View {
  readonly status: Status
  readonly peers: readonly PeerView[]
  readonly config: Config
}

/** One node as the page shows it. */
export interface SeenNode {
  readonly name: string
  readonly address: string
  readonly replicationName: string
  /** What it said last; undefined: it never answered. */
  readonly status: Status | undefined
  /** Why it does not answer now. */
  readonly silence: string | undefined
  readonly silentSeconds: number | null
}

export function nodesOf({ status, peers, config }: View): SeenNode[] {
  const now = Date.parse(status.time)
  const here = { ...config.node, status, silence: undefined, silentSeconds: null }
  const there = peers.map(({ node, status: said, readAt, failure }) => ({
    ...node,
    status: said,
    silence: failure?.message ?? (said === undefined ? 'not asked yet' : undefined),
    silentSeconds: failure === undefined || readAt === undefined ? null : Math.max(0, (now - readAt) / 1000),
  }))
  return [here, ...there].toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

export const primaryOf = (nodes: readonly SeenNode[]): Status | undefined =>
  nodes.find(
    ({ status, silence }) =>
      silence === undefined && status?.postgres.up && status.postgres.role === 'primary',
  )?.status

export interface SeenWarning extends Warning {
  readonly node: string
}

/** What all nodes that answer warn of. What several see of the cluster is said once. */
export function warningsOf(nodes: readonly SeenNode[]): SeenWarning[] {
  const all = nodes
    .filter(({ silence }) => silence === undefined)
    .flatMap(({ name, status }) => (status?.warnings ?? []).map((one) => ({ ...one, node: name })))
  // A node that says itself that its PostgreSQL is down says it better.
  const down = new Set(all.filter(({ code }) => code === 'postgres-down').map(({ node }) => node))
  const said = new Set<string>()
  return all
    .filter(({ code, message }) => {
      if (code === 'node-down' && [...down].some((name) => message.endsWith(` ${name}`))) return false
      const key = CLUSTER_WIDE.has(code) ? `${code} ${message.split(':')[0]}` : undefined
      if (key !== undefined && said.has(key)) return false
      if (key !== undefined) said.add(key)
      return true
    })
    .toSorted((a, b) => Number(b.severity === 'critical') - Number(a.severity === 'critical'))
}

const CLUSTER_WIDE = new Set([
  'two-primaries',
  'foreign-cluster',
  'no-primary',
  'node-unreachable',
  'node-down',
])
