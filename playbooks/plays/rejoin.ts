import { type Host, type Play, UserError } from 'run-playbook'
import {
  type ClusterContext,
  SERVICE_CONTAINERS,
  clusterOf,
  refuseForeignContainers,
  survey,
  type WayBack,
} from 'run-playbook/cluster'
import { replicaPlay } from './database.ts'

/** Brings back the nodes that a promotion left behind: what `site` does, and nothing else. */
export function rejoinPlays(context: ClusterContext): readonly Play[] {
  refuseForeignContainers(context, SERVICE_CONTAINERS)
  const { nodes, first } = clusterOf(context)
  const { primary, returning } = survey(nodes, context.facts.node, first)
  return [replicaPlay(context, 'rejoin', primary, returning, (host) => returning.has(host))]
}

/**
 * Copies the nodes of `--limit` anew, whatever is on their disks.
 * @throws UserError for all nodes at once, and for the primary
 */
export function reclonePlays(context: ClusterContext): readonly Play[] {
  refuseForeignContainers(context, SERVICE_CONTAINERS)
  const { nodes, first, fact, asked } = clusterOf(context)
  const chosen = nodes.filter((node) => context.limited.includes(node))
  const others = nodes.filter((node) => !chosen.includes(node))
  if (others.length === 0)
    throw refusal(
      'no node was given',
      'Name the node: run-playbook reclone -l node-a. Its current data is deleted.',
    )
  if (asked && !others.some((node) => fact(node).disk === 'primary'))
    throw refusal(
      `the primary is among ${chosen.map(({ name }) => name).join(', ')}, or cannot be reached`,
      'There is no primary to clone from. Promote another node first: run-playbook promote -e to=NODE.',
    )
  // What the chosen ones have is to be given up, so it is not asked who is right.
  const { primary } = survey(others, context.facts.node, others.includes(first) ? first : (others[0] as Host))
  const writable = chosen.find((node) => fact(node).server?.recovery === false)
  if (writable !== undefined)
    throw refusal(
      `${writable.name} accepts writes`,
      'If it is not the primary that you want to keep, stop it with `docker stop postgres` on the node, then run reclone again.',
    )
  const returning = new Map<Host, WayBack>(chosen.map((node) => [node, 'reclone']))
  return [replicaPlay(context, 'reclone', primary, returning, (host) => returning.has(host))]
}

const refusal = (message: string, hint: string): UserError =>
  new UserError('E_RECLONE', `not re-cloned: ${message}`, { hint: `${hint} Nothing was changed.` })
