import type { Confirmation, Host } from 'run-playbook'
import { type ClusterContext, clusterOf, hostVarsOf, lowered, survey, unsaid } from 'run-playbook/cluster'

/** Asked before anything is changed: a primary is not restarted, or started again, with less than it has without a word. */
export function siteQuestion(context: ClusterContext): Confirmation | undefined {
  if (context.vars.lower) return undefined
  const primary = primaryOf(context)
  const { fact } = clusterOf(context)
  if (primary === undefined || !context.limited.includes(primary)) return undefined
  if (fact(primary).server !== undefined && hostVarsOf(primary).rolling === 'later') return undefined
  const less = lowered(context, primary)
  if (less.length === 0) return undefined
  const runs = fact(primary).server !== undefined
  const words = runs
    ? 'is restarted with lower settings than it has now'
    : 'is started with lower settings than it had'
  return {
    text: `${primary.name}, the primary, ${words}: ${less.join(', ')}.`,
    yes: 'lower=yes',
  }
}

/** What runs and is written down nowhere: it is kept, and a cluster made anew would not have it. */
export function siteClosing(context: ClusterContext): string | undefined {
  const primary = primaryOf(context)
  const kept = primary === undefined ? [] : unsaid(context, primary)
  if (primary === undefined || kept.length === 0) return undefined
  return `${primary.name} keeps values that are not in the inventory: ${kept.join('; ')}. Add them to the vars of the group postgres.`
}

function primaryOf(context: ClusterContext): Host | undefined {
  const { nodes, first, asked, fact } = clusterOf(context)
  if (!asked) return undefined
  const { primary } = survey(nodes, context.facts.node, first)
  const { disk, server } = fact(primary)
  return disk === 'primary' && server?.recovery !== true ? primary : undefined
}
