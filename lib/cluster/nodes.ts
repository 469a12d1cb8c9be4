import { UserError } from '../core/errors.ts'
import type { Host } from '../playbook/inventory.ts'

/**
 * The hosts of the cluster, by address: in which order the inventory lists them means nothing to what they are given.
 * @throws UserError E_NO_NODES when the inventory has none
 */
export function nodesOf(hosts: readonly Host[]): readonly [Host, ...Host[]] {
  const [first, ...others] = inInventoryOrder(hosts).toSorted(byAddress)
  if (first !== undefined) return [first, ...others]
  throw new UserError('E_NO_NODES', 'the inventory has no group "postgres" with hosts', {
    hint: `Name the nodes of the cluster in inventory.ts: groups: { postgres: { hosts: [${hosts.map(({ name }) => `'${name}'`).join(', ')}] } }`,
  })
}

/** In the order of the inventory. */
export const inInventoryOrder = (hosts: readonly Host[]): Host[] =>
  hosts.filter(({ groups }) => groups.includes('postgres'))

const byAddress = (one: Host, other: Host): number =>
  one.address.localeCompare(other.address, 'en', { numeric: true })
