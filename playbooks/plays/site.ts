import type { Host, Play } from 'run-playbook'
import {
  type ClusterContext,
  byHand,
  clusterOf,
  hostVarsOf,
  refuseForeignContainers,
  refuseNotAdopted,
  staysByHand,
  survey,
} from 'run-playbook/cluster'
import { byHandPlays } from './by-hand.ts'
import { databasePlays, shrinks } from './database.ts'
import { groundPlays } from './overlay-and-image.ts'
import { promotionPlays } from './promotion.ts'

/** The whole cluster. With `rolling: switchover` a primary that needs a restart is replaced by a replica that had its own. */
export function sitePlays(context: ClusterContext): readonly Play[] {
  refuseForeignContainers(context)
  const cluster = clusterOf(context)
  const { primary, returning } = survey(cluster.nodes, context.facts.node, cluster.first)
  refuseNotAdopted(context, primary, cluster.fact)
  if (staysByHand(primary, cluster.fact)) return byHandPlays(context, primary)
  const successor =
    rolls(context, primary) && outdated(context, primary) ? mostAdvanced(context, primary) : undefined
  if (successor !== undefined) {
    return promotionPlays(context, { to: successor.name, maxLag: MAX_LAG, loseCommits: false })
  }
  return [...groundPlays(context), ...databasePlays(context, primary, returning)]
}

/** What a switchover needs to have behind it: everything but the primary's restart. Nothing where there is to be none. */
export function beforeSwitchover(context: ClusterContext): readonly Play[] {
  refuseForeignContainers(context)
  const { nodes, first } = clusterOf(context)
  const { primary, returning } = survey(nodes, context.facts.node, first)
  if (!rolls(context, primary)) return []
  return [...groundPlays(context), ...databasePlays(context, primary, returning, { restartPrimary: false })]
}

/** Bytes of WAL that a replica may be behind, to be promoted. */
export const MAX_LAG = 16 * 2 ** 20

// A cluster that is being made has no writers to spare, and a primary that --limit leaves out stays as it is.
function rolls(context: ClusterContext, primary: Host): boolean {
  const { fact, nodes } = clusterOf(context)
  return (
    hostVarsOf(primary).rolling === 'switchover' &&
    nodes.length > 1 &&
    context.limited.includes(primary) &&
    fact(primary).server?.recovery === false &&
    byHand(fact(primary)) === undefined &&
    !shrinks(context, primary)
  )
}

function outdated({ vars, facts }: ClusterContext, { name }: Host): boolean {
  const fact = facts.node[name]
  if (fact === undefined) return false
  const pending = fact.server?.pendingRestart ?? []
  const image = fact.images[/:[^/]+$/.test(vars.image) ? vars.image : `${vars.image}:latest`]
  return pending.length > 0 || (image !== undefined && image !== fact.imageId)
}

function mostAdvanced(context: ClusterContext, primary: Host): Host | undefined {
  const { others, fact } = clusterOf(context)
  const position = (node: Host): bigint => fact(node).server?.position ?? 0n
  return others(primary)
    .filter((node) => fact(node).server?.receiver === 'streaming')
    .toSorted((a, b) => Number(position(b) - position(a)))[0]
}
