import { isIPv6 } from 'node:net'
import type { Host } from '../playbook/inventory.ts'
import { UserError } from '../core/errors.ts'
import { contains, network } from '../modules/network/wireguard/subnet.ts'
import { hostVarsOf } from './vars/host.ts'

/** The length of a network that the inventory does not name. */
const LENGTH = 24

/** The overlay's network as a node has it: clients connect from here. What the inventory says, or the /24 of the node's address. */
export function networkOf(host: Host): string {
  if (isIPv6(host.address))
    throw new UserError(
      'E_NETWORK',
      `${host.name} has the address ${host.address}, but the overlay of the cluster needs IPv4 addresses`,
      {
        hint: `Give ${host.name} an IPv4 address on the overlay, such as 10.88.0.11. To connect to it over IPv6, set HostName in the ssh config and endpoint in the inventory. Nothing was changed.`,
      },
    )
  const own = hostVarsOf(host).network ?? network(`${host.address}/${LENGTH}`)
  if (own !== undefined) return own
  throw new UserError(
    'E_NETWORK',
    `${host.name} has the address ${host.address}, which is not an IP address`,
    {
      hint: 'The inventory needs the address of each node on the overlay, such as 10.88.0.11.',
    },
  )
}

/** The node's address with the length of the network, as an interface has it. */
export const interfaceAddress = (host: Host): string => `${host.address}/${networkOf(host).split('/')[1]}`

/** @throws UserError E_NETWORK where a node is not in the network of another: its pg_hba.conf would reject whoever comes from there */
export function refuseOutside(nodes: readonly Host[]): void {
  for (const node of nodes) {
    const own = networkOf(node)
    const outside = nodes.find(({ address }) => !contains(own, `${address}/32`))
    if (outside === undefined) continue
    throw new UserError(
      'E_NETWORK',
      `${outside.name} has the address ${outside.address}, which is not in ${own}, the network of ${node.name}: PostgreSQL would reject its clients`,
      {
        hint: `Set the network of the overlay for all nodes in the inventory: network: '${smallest(nodes)}'. Nothing was changed.`,
      },
    )
  }
}

// In whole bytes, as people write them.
function smallest(nodes: readonly Host[]): string {
  const [first] = nodes
  const around = [24, 16, 8]
    .map((length) => network(`${first?.address}/${length}`))
    .find((one) => one !== undefined && nodes.every(({ address }) => contains(one, `${address}/32`)))
  return around ?? '0.0.0.0/0'
}
