import { type Host, type Play, UserError, definePlay } from 'run-playbook'
import { postgresFollows, postgresSlots } from 'run-playbook/roles'
import {
  type ClusterContext,
  SERVICE_CONTAINERS,
  clusterOf,
  nodeRoleVarsOf,
  refuseByHand,
  refuseForeignContainers,
  slotName,
  survey,
  type WayBack,
} from 'run-playbook/cluster'
import { replicaPlay } from './database.ts'

/** Brings back the nodes that a promotion left behind, and replicas that follow another: what `site` does, and nothing else. */
export function rejoinPlays(context: ClusterContext): readonly Play[] {
  refuseForeignContainers(context, SERVICE_CONTAINERS)
  refuseByHand(context)
  const { nodes, first } = clusterOf(context)
  const { primary, returning } = survey(nodes, context.facts.node, first)
  return [
    ...followPlays(context, primary, returning),
    replicaPlay(context, 'rejoin', primary, returning, (host) => returning.has(host)),
  ]
}

/** Replicas that could follow the primary as they are, if they knew its address: they still have that of the old one. */
function followPlays(
  context: ClusterContext,
  primary: Host,
  returning: ReadonlyMap<Host, WayBack>,
): readonly Play[] {
  const { fact, others } = clusterOf(context)
  const node = nodeRoleVarsOf(context, primary, true)
  const astray = others(primary).filter((host) => {
    const { disk, server } = fact(host)
    return disk === 'replica' && !returning.has(host) && server && server.upstream !== primary.address
  })
  if (astray.length === 0) return []
  const slots = astray.map(({ address }) => slotName(address))
  return [
    definePlay({
      name: 'slots',
      hosts: [primary],
      roles: (host) => [fact(host).server !== undefined && postgresSlots({ ...node(host), slots })],
    }),
    definePlay({ name: 'follow', hosts: astray, roles: (host) => [postgresFollows(node(host))] }),
  ]
}

/**
 * Copies the nodes of `--limit` anew, whatever is on their disks.
 * @throws UserError for all nodes at once, and for the primary
 */
export function reclonePlays(context: ClusterContext): readonly Play[] {
  refuseForeignContainers(context, SERVICE_CONTAINERS)
  refuseByHand(context)
  const { nodes, first, fact, asked } = clusterOf(context)
  const chosen = chosenNodes(context)
  const others = nodes.filter((node) => !chosen.includes(node))
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

/** The nodes of `--limit`. @throws UserError for all nodes at once */
export function chosenNodes(context: ClusterContext): readonly Host[] {
  const { nodes } = clusterOf(context)
  const chosen = nodes.filter((node) => context.limited.includes(node))
  if (chosen.length < nodes.length) return chosen
  throw refusal(
    'no node was given',
    'Name the node: run-playbook reclone -l node-a. Its current data is deleted.',
  )
}

const refusal = (message: string, hint: string): UserError =>
  new UserError('E_RECLONE', `not re-cloned: ${message}`, { hint: `${hint} Nothing was changed.` })
