import type { Host } from '../playbook/inventory.ts'
import { UserError } from '../core/errors.ts'
import type { NodeFact } from './facts/node.ts'

const names = (hosts: readonly Host[]): string => hosts.map(({ name }) => name).join(' and ')

/** @throws UserError E_RESTORE_UNFINISHED: what lies on the nodes is half of the old cluster and half of the new */
export function refuseUnfinishedRestore(hosts: readonly Host[], fact: (host: Host) => NodeFact): void {
  const begun = hosts.filter((host) => fact(host).restoring)
  if (begun.length === 0) return
  throw new UserError('E_RESTORE_UNFINISHED', `a restore of the cluster was interrupted (${names(begun)})`, {
    hint: 'Finish it: run-playbook restore -e in-place=yes',
  })
}

/** @throws UserError E_LOST_CLUSTER: a new cluster beside the backups of a lost one is hardly what is wanted */
export function refuseLostCluster(hosts: readonly Host[], fact: (host: Host) => NodeFact): void {
  const holders = hosts.filter((host) => fact(host).hasBackups)
  if (holders.length === 0) return
  const hold = holders.length === 1 ? 'holds' : 'hold'
  throw new UserError(
    'E_LOST_CLUSTER',
    `${names(holders)} ${hold} backups of a cluster, but no node has its data`,
    {
      hint: 'To restore it: run-playbook restore -e in-place=yes. To create a new cluster, move the backups away first.',
    },
  )
}
