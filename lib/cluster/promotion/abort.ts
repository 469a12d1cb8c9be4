import type { Host } from '../../playbook/inventory.ts'
import { UserError } from '../../core/errors.ts'
import type { Cluster } from '../cluster.ts'
import { refuseUnfinishedRestore, refuseUnfinishedUpgrade } from '../refusals.ts'
import { refuseForeign } from '../survey.ts'
import { refuseDeaf, target } from './plan.ts'

/** How a promotion that was begun is called off. */
export type PromotionAbort =
  /** Nothing was asked yet. */
  | { readonly kind: 'unknown'; readonly to: Host; readonly from: Host }
  /** None was begun: `primary` is the primary. */
  | { readonly kind: 'nothing'; readonly to: Host; readonly primary: Host }
  /** `to` stays a replica, then `from` opens again. `replicas` follow it. */
  | { readonly kind: 'back'; readonly to: Host; readonly from: Host; readonly replicas: readonly Host[] }

/**
 * What leads back from a promotion to the node `name`, from what the nodes say. The point of no return is the promotion itself.
 * @throws UserError E_ABORT before anything is changed, for every reason not to
 */
export function planPromotionAbort(cluster: Cluster, name: string): PromotionAbort {
  const { nodes, fact, others, asked } = cluster
  const to = target(cluster, name, refusal)
  if (!asked) return { kind: 'unknown', to, from: others(to)[0] ?? to }
  refuseUnfinishedRestore(nodes, fact)
  refuseUnfinishedUpgrade(nodes, fact)
  refuseForeign(nodes, fact)
  if (!fact(to).reached)
    throw refusal(`${name} cannot be reached, so it is not known whether it was promoted`, {
      hint: `Bring ${name} back, then run the same command again.`,
    })
  const begun = nodes.filter(
    (node) => fact(node).disk === 'primary' && successorOf(fact(node).fence) !== undefined,
  )
  const from = begun.find((node) => successorOf(fact(node).fence) === name)
  const [other] = begun
  if (fact(to).disk === 'primary' && !begun.includes(to))
    throw refusal(`${name} is the primary: the point of no return of its promotion has been passed`, {
      hint: `To finish the promotion: run-playbook promote -e to=${name}. To return to ${from?.name ?? 'another node'}, finish it, then run-playbook promote -e to=${from?.name ?? 'NODE'}.`,
    })
  if (from === undefined && other !== undefined) {
    const begunTo = successorOf(fact(other).fence) ?? ''
    throw refusal(`a promotion of ${begunTo} was begun, not of ${name}`, {
      hint: `To abort it: run-playbook promote -e to=${begunTo} -e abort=yes.`,
    })
  }
  if (from === undefined) return { kind: 'nothing', to, primary: livingPrimary(cluster) }
  for (const node of [from, to]) refuseDeaf(node, fact(node), refusal)
  if (fact(to).disk === 'none')
    throw refusal(`${name} has no data, so it is not known whether it was promoted`, {
      hint: `If it was not promoted, remove the file "fenced" from dataDir (/data/postgres by default) on ${from.name}, then run-playbook site.`,
    })
  const later = others(from).find((node) => fact(node).timeline > fact(from).timeline)
  if (later !== undefined)
    throw refusal(
      `${later.name} is on timeline ${fact(later).timeline}, and ${from.name} on timeline ${fact(from).timeline}: a node was promoted since then`,
      { hint: `run-playbook status shows the primary; run-playbook site makes ${from.name} a replica.` },
    )
  const replicas = others(from).filter((node) => node === to || fact(node).server?.recovery === true)
  return { kind: 'back', to, from, replicas }
}

// A primary whose mark cannot be seen may wait for a promotion that was begun.
function livingPrimary({ nodes, fact }: Cluster): Host {
  const writers = nodes.filter((node) => fact(node).disk === 'primary')
  const top = Math.max(...writers.map((node) => fact(node).timeline))
  const primary = writers.find((node) => fact(node).timeline === top)
  if (primary !== undefined) return primary
  const silent = nodes.filter((node) => !fact(node).reached).map((node) => node.name)
  throw refusal('no node that can be reached has the data of a primary, so there is nothing to go back to', {
    hint: `${silent.length === 0 ? '' : `Bring ${silent.join(' and ')} back. `}To promote a replica: run-playbook promote -e to=NODE.`,
  })
}

/** Who was to take over, of a fence that a promotion left: `node-b (10.88.0.12), 2026-11-24T14:03:00Z`. */
const successorOf = (fence: string | undefined): string | undefined =>
  /^(\S+) \(\S+\), \d{4}-\d\d-\d\dT/.exec(fence ?? '')?.[1]

const refusal = (message: string, options: { readonly hint?: string } = {}): UserError =>
  new UserError('E_ABORT', `not aborted: ${message}`, {
    hint: `${options.hint ?? ''} Nothing was changed.`.trim(),
  })
