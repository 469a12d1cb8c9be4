import type { Host } from '../playbook/inventory.ts'
import type { PlaybookContext } from '../playbook/playbook.ts'
import { type NodeFact, nodeFact } from './facts/node.ts'
import { inInventoryOrder, nodesOf } from './nodes.ts'
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

/** @throws UserError E_NO_NODES when the inventory has no node for it */
export function clusterOf({ hosts, facts }: Pick<ClusterContext, 'hosts' | 'facts'>): Cluster {
  const nodes = nodesOf(hosts)
  const fact = ({ name }: Host) => facts.node[name] ?? nodeFact.unknown
  const asked = nodes.some((node) => fact(node).reached)
  return {
    nodes,
    first:
      nodes.find(({ groups }) => groups.includes('first-primary')) ?? inInventoryOrder(hosts)[0] ?? nodes[0],
    fact,
    asked,
    others: (node) => nodes.filter((other) => other !== node),
    reached: (node) => !asked || fact(node).reached,
  }
}
