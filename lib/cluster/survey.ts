import type { Host } from '../playbook/inventory.ts'
import { UserError } from '../core/errors.ts'
import { formatLsn } from '../pgbackrest/index.ts'
import { type NodeFact, nodeFact } from './facts/node.ts'
import { refuseLostCluster, refuseUnfinishedRestore, refuseUnfinishedUpgrade } from './refusals.ts'

/** How a node that cannot simply follow becomes a replica: taken back to what it shares with the primary, or copied anew. */
export type WayBack = 'rewind' | 'reclone'

/** Who is what, by what the nodes say. */
export interface Survey {
  readonly primary: Host
  /** The nodes that were left behind. */
  readonly returning: ReadonlyMap<Host, WayBack>
}

type Facts = Readonly<Record<string, NodeFact>>

/**
 * Who is primary, and who has to be brought back. The disks decide, as they do for the entrypoint: the primary is the node
 * without standby.signal on the highest timeline. On a cluster that is not there yet it is `first`.
 * @throws UserError for what only a person can decide: two primaries, two clusters, no primary, one that was overtaken
 */
export function survey(hosts: readonly Host[], facts: Facts, first: Host): Survey {
  const fact = ({ name }: Host): NodeFact => facts[name] ?? nodeFact.unknown
  refuseUnfinishedRestore(hosts, fact)
  refuseUnfinishedUpgrade(hosts, fact)
  refuseForeign(hosts, fact)
  const found = leader(hosts, fact)
  if (found === undefined) refuseLostCluster(hosts, fact)
  const primary = found ?? first
  const returning = new Map<Host, WayBack>()
  for (const host of hosts) {
    const way = host === primary ? undefined : wayBack(fact(host), fact(primary))
    if (way !== undefined) returning.set(host, way)
  }
  return { primary, returning }
}

/** @throws UserError E_FOREIGN_CLUSTER */
export function refuseForeign(hosts: readonly Host[], fact: (host: Host) => NodeFact): void {
  const clusters = new Set(hosts.map((host) => fact(host).systemId).filter(Boolean))
  if (clusters.size > 1)
    throw new UserError('E_FOREIGN_CLUSTER', `the nodes have data of ${clusters.size} different clusters`, {
      hint: `System identifiers: ${hosts.map((host) => `${host.name} ${fact(host).systemId || 'none'}`).join(', ')}. On the node with the wrong one, run \`docker stop postgres\` and move the contents of dataDir elsewhere.`,
    })
}

// Undefined where no node has data.
function leader(hosts: readonly Host[], fact: (host: Host) => NodeFact): Host | undefined {
  const writers = hosts.filter((host) => fact(host).disk === 'primary')
  if (writers.length === 0) return refuseLeftovers(hosts, fact)
  const top = Math.max(...writers.map((host) => fact(host).timeline))
  const [primary, ...rivals] = writers.filter((host) => fact(host).timeline === top)
  const writable = writers.filter((host) => fact(host).server?.recovery === false)
  if (primary === undefined || rivals.length > 0 || writable.some((host) => host !== primary))
    throw new UserError('E_TWO_PRIMARIES', `${writers.map(describe(fact)).join(' and ')}: two primaries`, {
      hint: 'Nothing was changed. Decide which one to keep, stop the other with `docker stop postgres` on its node, and re-clone it: run-playbook reclone -l NODE. Writes that only it received are lost.',
    })
  const ahead = hosts.filter((host) => fact(host).timeline > top)
  if (ahead.length > 0)
    throw new UserError(
      'E_OVERTAKEN',
      `${describe(fact)(primary)}, but ${ahead.map(describe(fact)).join(' and ')}: another node was promoted since then, and that node cannot be reached`,
      {
        hint: 'Bring that node back, or promote the most advanced replica: run-playbook promote -e to=NODE.',
      },
    )
  refuseFenced(primary, hosts, fact)
  return primary
}

const describe =
  (fact: (host: Host) => NodeFact) =>
  (host: Host): string =>
    `${host.name} holds a ${fact(host).disk}'s data on timeline ${fact(host).timeline}`

function refuseLeftovers(hosts: readonly Host[], fact: (host: Host) => NodeFact): undefined {
  const leftovers = hosts.filter((host) => fact(host).disk === 'replica')
  if (leftovers.length === 0) return undefined
  const names = leftovers.map(({ name }) => name).join(' and ')
  throw new UserError(
    'E_NO_PRIMARY',
    `${names} have the data of a replica, but no node has the data of a primary`,
    {
      hint: 'The primary is lost or cannot be reached. Bring it back, or promote a replica: run-playbook promote -e to=NODE.',
    },
  )
}

// A promotion that was cut short leaves a fence and nobody who took over: then the fence may go. Whether that is so only the
// node that it names can tell.
function refuseFenced(primary: Host, hosts: readonly Host[], fact: (host: Host) => NodeFact): void {
  const { fence, server } = fact(primary)
  if (fence === undefined || server?.recovery === false) return
  const successor = hosts.find(({ name }) => name === fence.split(/[ ,]/)[0])
  const silent = successor === undefined ? hosts.filter((host) => !fact(host).reached) : [successor]
  const missing = silent.filter((host) => !fact(host).reached)
  if (missing.length > 0)
    throw new UserError(
      'E_FENCED',
      `${primary.name} is fenced (${fence}), and ${missing.map(({ name }) => name).join(' and ')}, which may have been promoted, cannot be reached`,
      {
        hint: `Bring that node back. If no node was promoted, remove the file "fenced" from dataDir (/data/postgres by default) on ${primary.name}.`,
      },
    )
}

/** How a node follows the primary again; undefined for one that does, or will by itself. */
export function wayBack(node: NodeFact, primary: NodeFact): WayBack | undefined {
  const { disk, server, timeline } = node
  if (disk === 'none') return undefined
  const fork = forkOf(node, primary)
  // pg_rewind would succeed, and the node would wait for ever for what comes after the fork.
  const back = isGone(fork, primary) ? 'reclone' : 'rewind'
  if (disk === 'primary' || node.rejoining) return back
  if (server === undefined || server.receiver === 'streaming') return undefined
  const position = server.position ?? 0n
  if (timeline < primary.timeline && (fork === undefined || position > fork)) return back
  return isGone(position, primary) ? 'reclone' : undefined
}

/** Why a node has to come back, in words. */
export function whyBack(node: NodeFact, primary: NodeFact, way: WayBack): string {
  const needed = wayBack(node, primary)
  if (way === 'reclone' && needed !== 'reclone') return `a ${node.disk}'s data on timeline ${node.timeline}`
  if (needed === 'reclone') {
    const [from = 0n] = [forkOf(node, primary), node.server?.position ?? undefined]
      .filter((place) => place !== undefined)
      .toSorted((one, other) => (one < other ? -1 : 1))
    return `it needs WAL from ${formatLsn(from)}, the primary's begins at ${formatLsn(primary.server?.oldestWal ?? 0n)}`
  }
  if (node.disk === 'primary' && primary.disk !== 'primary') return 'it was the primary until now'
  if (node.disk === 'primary')
    return `a primary's data on timeline ${node.timeline}, the primary is on ${primary.timeline}`
  if (node.rejoining) return 'an earlier run began to bring it back'
  return `it went further on timeline ${node.timeline} than the primary had when it was promoted`
}

// Where the primary left the timeline that the node is on; undefined where it did not.
const forkOf = ({ timeline }: NodeFact, { history }: NodeFact): bigint | undefined =>
  history.find((one) => one.timeline === timeline)?.end

const isGone = (position: bigint | undefined, { server }: NodeFact): boolean =>
  position !== undefined && server?.oldestWal != null && position < server.oldestWal
