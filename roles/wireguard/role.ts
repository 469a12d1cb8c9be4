import { isIPv6 } from 'node:net'
import {
  type ArgsOf,
  type RoleUse,
  connectivity,
  defineRole,
  hostPort,
  packages,
  paths,
  secretValue,
  served,
  splitHostPort,
  wireguard,
  wireguardInterfaces,
  z,
} from 'run-playbook'
import { endpointTasks } from './endpoints.ts'

const vars = {
  /** Name of the interface. @default 'wg0' */
  interface: z.string().default('wg0'),
  /** Address on the overlay with the length of its network, `10.88.0.11/24`. */
  address: z.string(),
  /** WireGuard key of this node. */
  privateKey: secretValue,
  /** Of the tunnel, in bytes. @default what wg-quick makes of the route to the peers, mostly 1420 */
  mtu: z.int().min(576).max(65535).optional(),
  /** UDP port. @default 51820 */
  listenPort: z.int().default(51820),
  /**
   * The other nodes: their overlay address, and where they are reached: `203.0.113.7`, `fd00::11`, `db.example`, or one of these
   * with a port, `[fd00::11]:51821`.
   */
  peers: z.array(
    z.strictObject({ publicKey: z.string(), address: z.string(), endpoint: z.string().optional() }),
  ),
  /** Packages to install where `wg-quick` is missing. @default none */
  install: z.array(z.string()).default([]),
}

/** What the role needs to know. */
export interface WireguardRoleVars extends ArgsOf<typeof vars> {}

function withPort(endpoint: string, usual: number): string {
  const { host, port = usual } = splitHostPort(endpoint)
  return hostPort(host, port)
}

/** A WireGuard mesh: every node is a peer of every other. For those who have no overlay yet. */
export const wireguardRole: (vars: WireguardRoleVars) => RoleUse = defineRole({
  name: 'wireguard',
  tags: ['overlay'],
  vars: z.strictObject(vars),
  tasks: (vars) => [
    vars.install.length > 0 && packages('wireguard tools', { names: vars.install }),
    wireguard(
      vars.interface,
      {
        interface: vars.interface,
        privateKey: vars.privateKey,
        address: vars.address,
        listenPort: vars.listenPort,
        ...(vars.mtu !== undefined && { mtu: vars.mtu }),
        // Docker starts containers that need the overlay address, so the overlay has to be first.
        before: ['docker.service'],
        peers: vars.peers.map(({ publicKey, address, endpoint }) => ({
          publicKey,
          ...(endpoint !== undefined && { endpoint: withPort(endpoint, vars.listenPort) }),
          allowedIps: [`${address}/${isIPv6(address) ? 128 : 32}`],
          // Keeps a mapping in a NAT open; WireGuard's documentation names 25 seconds.
          persistentKeepalive: 25,
        })),
      },
      // Its unit and configuration, and what is reached through the tunnel; not other units.
      { touches: [wireguardInterfaces.all, connectivity.all, served.all, paths.below('/etc/wireguard')] },
    ),
    endpointTasks(
      vars.interface,
      vars.peers.map(({ endpoint }) => endpoint),
    ),
  ],
})
