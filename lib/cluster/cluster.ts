import type { Host } from '../playbook/inventory.ts'
import type { PlaybookContext } from '../playbook/playbook.ts'
import { UserError } from '../core/errors.ts'
import { type NodeFact, nodeFact } from './facts/node.ts'
import type { ClusterVars } from './vars/cluster.ts'

/** What the playbooks of the cluster are given. */
export type ClusterContext = PlaybookContext<ClusterVars, ClusterFacts>

/** What they ask the nodes: `facts: { node: nodeFact }`. */
export interface ClusterFacts {
  readonly node: NodeFact
}

/** The nodes of the cluster, seen with what they said of themselves. */
export interface Cluster {
  readonly nodes: readonly Host[]
  /** Whose data a new cluster begins with. */
  readonly first: Host
  fact(node: Host): NodeFact
  others(node: Host): readonly Host[]
  /** Whether any node has answered: false while plays are only made to find mistakes. */
  readonly asked: boolean
  /** Before the nodes were asked, plays are made for all of them, so that mistakes are found at once. */
  reached(node: Host): boolean
}

/**
 * The hosts of the cluster, by address: in which order the inventory lists them means nothing to what they are given.
 * @throws UserError E_NO_NODES when the inventory has none
 */
export function nodesOf(hosts: readonly Host[]): readonly [Host, ...Host[]] {
  const [first, ...others] = listed(hosts).toSorted(byAddress)
  if (first !== undefined) return [first, ...others]
  throw new UserError('E_NO_NODES', 'the inventory has no group "postgres" with hosts', {
    hint: 'site makes a cluster of that group; inventory.ts of run-playbook shows how.',
  })
}

const listed = (hosts: readonly Host[]): Host[] => hosts.filter(({ groups }) => groups.includes('postgres'))

const byAddress = (one: Host, other: Host): number =>
  one.address.localeCompare(other.address, 'en', { numeric: true })

/** @throws UserError E_NO_NODES when the inventory has no node for it */
export function clusterOf({ hosts, facts }: Pick<ClusterContext, 'hosts' | 'facts'>): Cluster {
  const nodes = nodesOf(hosts)
  const fact = ({ name }: Host) => facts.node[name] ?? nodeFact.unknown
  const asked = nodes.some((node) => fact(node).reached)
  return {
    nodes,
    first: nodes.find(({ groups }) => groups.includes('first-primary')) ?? listed(hosts)[0] ?? nodes[0],
    fact,
    asked,
    others: (node) => nodes.filter((other) => other !== node),
    reached: (node) => !asked || fact(node).reached,
  }
}
