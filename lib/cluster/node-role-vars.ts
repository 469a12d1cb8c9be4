import type { Host } from '../playbook/inventory.ts'
import { type ClusterContext, clusterOf } from './cluster.ts'
import { adopts } from './facts/containers.ts'
import { repositoryKeyOf } from './repository-key.ts'
import { networkOf, refuseOutside } from './network.ts'
import { refuseOtherSecrets } from './secrets/refuse.ts'
import { hostVarsOf } from './vars/host.ts'

/** What the roles of a node are told, under `primary`. @throws UserError as {@link refuseOtherSecrets} and {@link repositoryKeyOf} do */
export function nodeRoleVarsOf(context: ClusterContext, primary: Host) {
  const { vars, secrets } = context
  const { nodes, fact } = clusterOf(context)
  refuseOutside(nodes)
  const cipher = nodes.some((node) => hostVarsOf(node).encrypt) ? repositoryKeyOf(context) : undefined
  refuseOtherSecrets(context)
  const mostCores = Math.max(...nodes.map((one) => fact(one).cores))
  return (host: Host) => {
    const own = hostVarsOf(host)
    return {
      ...own,
      image: vars.image,
      adopt: adopts(vars, fact(host)),
      address: host.address,
      network: networkOf(host),
      nodes: nodes.map(({ name, address }) => ({ name, address })),
      turn: nodes.indexOf(host),
      primary: primary.address,
      memoryMb: fact(host).memoryMb,
      cores: fact(host).cores,
      mostCores,
      maxConnections: vars.maxConnections,
      tls: secrets.certificate(`pgbackrest.${host.name}`, {
        authority: 'pgbackrest',
        commonName: host.name,
        addresses: [host.address],
      }),
      passwords: {
        postgres: secrets.password('postgres.superuser'),
        previous: [...secrets.previous('postgres.superuser')],
        replicator: secrets.password('postgres.replicator'),
        rewinder: secrets.password('postgres.rewinder'),
        ...(own.encrypt && cipher && { cipher }),
      },
    }
  }
}
