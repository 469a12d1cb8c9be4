import type { Host } from '../playbook/inventory.ts'
import { type ClusterContext, clusterOf } from './cluster.ts'
import { hostVarsOf } from './vars/host.ts'
import { repositoryKeyOf } from './repository-key.ts'

/** What the roles of a node are told, under `primary`. */
export function nodeVarsOf(context: ClusterContext, primary: Host) {
  const { vars, secrets } = context
  const { nodes, fact } = clusterOf(context)
  const cipher = nodes.some((node) => hostVarsOf(node).encrypt) ? repositoryKeyOf(context) : undefined
  return (host: Host) => {
    const {
      dataDir,
      backupDir,
      drillDir,
      encrypt,
      offsite,
      schedule,
      retention,
      synchronous,
      maxSlotWalKeepSize,
    } = hostVarsOf(host)
    return {
      image: vars.image,
      address: host.address,
      nodes: nodes.map(({ name, address }) => ({ name, address })),
      turn: nodes.indexOf(host),
      primary: primary.address,
      dataDir,
      backupDir,
      drillDir,
      encrypt,
      offsite,
      schedule,
      retention,
      synchronous,
      maxSlotWalKeepSize,
      memoryMb: fact(host).memoryMb,
      cores: fact(host).cores,
      mostCores: Math.max(...nodes.map((one) => fact(one).cores)),
      maxConnections: vars.maxConnections,
      tls: secrets.certificate(`pgbackrest.${host.name}`, {
        authority: 'pgbackrest',
        commonName: host.name,
        addresses: [host.address],
      }),
      passwords: {
        postgres: secrets.password('postgres.superuser'),
        replicator: secrets.password('postgres.replicator'),
        rewinder: secrets.password('postgres.rewinder'),
        ...(encrypt && cipher && { cipher }),
      },
    }
  }
}
