import type { Host } from '../../playbook/inventory.ts'
import { UserError } from '../../core/errors.ts'
import type { Cluster } from '../cluster.ts'
import { refuseDeaf } from '../promotion/plan.ts'
import { begunUpgrade } from './begin.ts'
import type { UpgradeOrder } from './order.ts'

/** How an upgrade is called off, or how its old data are given up. */
export type UpgradeEnd =
  /** None was begun, or it is over. */
  | { readonly kind: 'nothing' }
  /** Each of `hosts` takes part; `primary` was the primary of the old version. */
  | {
      readonly kind: 'end'
      readonly order: UpgradeOrder
      readonly hosts: readonly Host[]
      readonly primary: Host
    }

/**
 * What leads back to the old version. The point of no return is the removal of the old data.
 * @throws UserError E_ABORT before anything is changed, for every reason not to
 */
export function planUpgradeAbort(
  cluster: Cluster,
  { loseCommits }: { readonly loseCommits: boolean },
): UpgradeEnd {
  const { nodes, fact } = cluster
  const begun = begunUpgrade(cluster)
  if (begun === undefined) return { kind: 'nothing' }
  const { order, opened, aborting, finishing } = begun
  const refuse = refuses('E_ABORT', 'not aborted')
  const primary = nodes.find(({ name }) => name === order.node)
  if (primary === undefined || !fact(primary).reached)
    throw refuse(`${order.node}, which has the old data of the primary, cannot be reached`, {
      hint: `Bring ${order.node} back, then run the same command again.`,
    })
  const own = fact(primary).upgrade
  // An abort that was killed has led the primary back already, and some of the others not.
  const back = own?.order.id !== order.id || (aborting && !own.kept)
  if (finishing || (opened && !own?.kept && !back))
    throw refuse(`the old data are being removed: the point of no return has been passed`, {
      hint: `To finish that: run-playbook upgrade -e to=${order.to} -e finish=yes.`,
    })
  if (opened && !aborting && !loseCommits)
    throw refuse(
      `PostgreSQL ${order.to} has been open on ${primary.name} since the upgrade, so clients may have written to it`,
      {
        hint: `PostgreSQL ${order.from} does not have what they wrote. To go back and lose it: -e lose-commits=yes.`,
      },
    )
  const hosts = nodes.filter((node) => fact(node).upgrade?.order.id === order.id)
  for (const host of hosts) refuseDeaf(host, fact(host), refuse)
  return { kind: 'end', order, hosts, primary }
}

/**
 * What gives up the old data.
 * @param image of the inventory: without the new one in it, the next run of any playbook would start the old version
 * @throws UserError E_UPGRADE before anything is changed, for every reason not to
 */
export function planUpgradeFinish(cluster: Cluster, { image }: { readonly image: string }): UpgradeEnd {
  const { nodes, fact } = cluster
  const begun = begunUpgrade(cluster)
  if (begun === undefined) return { kind: 'nothing' }
  const { order, done, aborting, finishing } = begun
  const refuse = refuses('E_UPGRADE', 'the old data are not removed')
  const command = `run-playbook upgrade -e to=${order.to}`
  if (aborting)
    throw refuse('the upgrade is being aborted', { hint: `To finish that: ${command} -e abort=yes.` })
  if (!done && !finishing)
    throw refuse('the upgrade is not complete', {
      hint: `To finish it: ${command}. To abort it: add -e abort=yes.`,
    })
  if (order.image !== image)
    throw refuse(`the image is ${image} in the inventory, and the cluster runs with ${order.image}`, {
      hint: `Set image: '${order.image}' in inventory.ts first.`,
    })
  const hosts = nodes.filter((node) => fact(node).upgrade?.order.id === order.id)
  const primary = nodes.find(({ name }) => name === order.node) ?? hosts[0]
  return primary === undefined ? { kind: 'nothing' } : { kind: 'end', order, hosts, primary }
}

/**
 * What is said when an abort or the removal of the old data is done, from what the nodes say then.
 * @param major of the data now
 */
export function endWords(end: 'abort' | 'finish', plan: UpgradeEnd, major: number | undefined): string {
  if (plan.kind === 'end') {
    const left = plan.hosts.map(({ name }) => name).join(' and ')
    return `Not on all nodes: ${left}. Run the same command again when they can be reached.`
  }
  const now = major === undefined ? '' : ` The cluster is PostgreSQL ${major}.`
  return end === 'abort'
    ? `No upgrade is unfinished.${now}`
    : `No old data of an upgrade are kept.${now} There is no way back but the backups.`
}

const refuses =
  (code: 'E_ABORT' | 'E_UPGRADE', what: string) =>
  (message: string, { hint = '' }: { readonly hint?: string } = {}): UserError =>
    new UserError(code, `${what}: ${message}`, { hint: `${hint} Nothing was changed.`.trim() })
