import type { Host } from '../../playbook/inventory.ts'
import { UserError } from '../../core/errors.ts'
import { refuseDeaf } from '../promotion/plan.ts'
import type { Order } from './order.ts'
import type { Situation } from './plan.ts'
import { newestOrder } from './unfinished.ts'

/** How a restore in place that was begun is called off. */
export type RestoreAbort =
  /** None was begun, or it is over. */
  | { readonly kind: 'nothing' }
  /** Each of `hosts` gets back what it had; `primary` was the primary. */
  | { readonly kind: 'back'; readonly order: Order; readonly hosts: readonly Host[]; readonly primary: Host }

/**
 * What leads back from a restore of the cluster that was begun, from what the nodes say. The point of no return: the primary may be started
 * with the restored data, or with `keep=no` the old data may be overwritten.
 * @throws UserError E_ABORT before anything is changed, for every reason not to
 */
export function planRestoreAbort({ nodes, fact }: Situation): RestoreAbort {
  const order = newestOrder(nodes, fact)
  if (order === undefined) return { kind: 'nothing' }
  const { id, node: name } = order
  const node = nodes.find((host) => host.name === name)
  if (node === undefined || !fact(node).node.reached)
    throw refusal(`${name} cannot be reached, so it is not known how far the restore ${id} got`, {
      hint: `Bring ${name} back, then run the same command again.`,
    })
  const { opened, inPlace, order: own } = fact(node)
  const over = own?.id !== id && inPlace?.as === id && inPlace.state === 'done'
  if (opened === id || over)
    throw refusal(`the restore ${id} on ${name} has passed its point of no return`, { hint: FINISH })
  if (!order.abortable)
    throw refusal(
      `the restore ${id} was begun while another restore was unfinished, or by an earlier version of run-playbook`,
      { hint: FINISH },
    )
  const hosts = nodes.filter((host) => fact(host).order?.id === id)
  const lost = nodes.filter((host) => !fact(host).node.reached)
  // A node without the order was not reached by the restore yet, or has been led back already.
  const had = (host: Host) => (hosts.includes(host) ? fact(host).old : fact(host).node.disk)
  const primaries = nodes.filter((host) => had(host) === 'primary')
  const [primary] = primaries
  if (primary === undefined)
    throw refusal(
      'no node that can be reached has the old data of a primary, so there is nothing to go back to',
      {
        hint: `${lost.length === 0 ? '' : `Bring ${names(lost)} back, then run the same command again. `}${FINISH}`,
      },
    )
  if (primaries.length > 1)
    throw refusal(
      `${names(primaries)} have the old data of a primary, so it is not known which one to go back to`,
      {
        hint: FINISH,
      },
    )
  for (const host of hosts) refuseDeaf(host, fact(host).node, refusal)
  return { kind: 'back', order, hosts, primary }
}

const FINISH = 'To finish the restore: run-playbook restore -e in-place=yes.'

const names = (hosts: readonly Host[]): string => hosts.map(({ name }) => name).join(' and ')

const refusal = (message: string, { hint = '' }: { readonly hint?: string } = {}): UserError =>
  new UserError('E_ABORT', `not aborted: ${message}`, { hint: `${hint} Nothing was changed.`.trim() })
