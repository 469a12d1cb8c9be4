import type { Host } from '../playbook/inventory.ts'
import { type ClusterContext, clusterOf } from './cluster.ts'
import { type Capacity, less, settingsOf, wantedCapacity } from './capacity.ts'
import { adopts } from './facts/containers.ts'
import { repositoryKeyOf } from './repository-key.ts'
import { networkOf, refuseOutside } from './network.ts'
import { refuseOldImage } from './refusals.ts'
import { promotionVars } from './promotion/operator.ts'
import { refuseOtherSecrets } from './secrets/refuse.ts'
import { CLIENTS } from './secrets/names.ts'
import { serverBundle } from './secrets/server-certificate.ts'
import { saidCapacity } from './settled.ts'
import { tune } from './tuning.ts'
import { hostVarsOf } from './vars/host.ts'
import { wantsCertificates } from './vars/client-access.ts'
import { ownVars } from './vars/node.ts'

/**
 * What the roles of a node are told, under `primary`.
 * @param keep of the settings that a standby shares with its primary none becomes less than `primary` has now: for what is about
 *   something else than the settings
 * @throws UserError as {@link refuseOtherSecrets}, {@link refuseOldImage} and {@link repositoryKeyOf} do
 */
export function nodeRoleVarsOf(context: ClusterContext, primary: Host, keep = false) {
  const { vars, secrets } = context
  const { nodes, fact } = clusterOf(context)
  refuseOutside(nodes)
  refuseOldImage(nodes, fact, vars)
  const cipher = nodes.some((node) => hostVarsOf(node).encrypt) ? repositoryKeyOf(context) : undefined
  refuseOtherSecrets(context)
  const clients = clientAuthority(context)
  const promotion = promotionVars(context, primary)
  const mostCores = Math.max(...nodes.map((one) => fact(one).cores))
  const { max_connections: maxConnections, ...capacity } = capacityUnder(context, primary, keep)
  return (host: Host) => {
    const own = hostVarsOf(host)
    const { openFolders } = fact(host)
    return {
      ...ownVars.strip().parse(own),
      image: vars.image,
      privateDirs: openFolders.flatMap(({ path, obstacle }) => (obstacle === undefined ? [path] : [])),
      openDirs: openFolders.flatMap(({ path, obstacle }) =>
        obstacle === undefined ? [] : [{ path, ...obstacle }],
      ),
      adopt: adopts(vars, fact(host)),
      address: host.address,
      network: networkOf(host),
      clientTls: vars.clientTls,
      clientAccess: vars.clientAccess,
      pooler: vars.pooler !== undefined,
      ...(clients && { clientAuthority: clients }),
      nodes: nodes.map(({ name, address }) => ({ name, address })),
      turn: nodes.indexOf(host),
      primary: primary.address,
      memoryMb: fact(host).memoryMb,
      cores: fact(host).cores,
      mostCores,
      maxConnections,
      capacity,
      promotion,
      tls: secrets.certificate(`pgbackrest.${host.name}`, {
        authority: 'pgbackrest',
        commonName: host.name,
        addresses: [host.address],
      }),
      server: serverBundle(secrets, host),
      passwords: {
        postgres: secrets.password('postgres.superuser'),
        previous: [...secrets.previous('postgres.superuser')],
        replicator: secrets.password('postgres.replicator'),
        rewinder: secrets.password('postgres.rewinder'),
        basebackup: secrets.password('postgres.basebackup'),
        ...(own.encrypt && cipher && { cipher }),
      },
    }
  }
}

/** What clients' certificates are checked with, where any are asked for. One file: neither part may be of another authority. */
function clientAuthority({ vars, secrets }: ClusterContext) {
  if (!wantsCertificates(vars.clientAccess)) return undefined
  const { certificate, revoked } = secrets.loginAuthority(CLIENTS)
  return { pem: certificate + (revoked ?? ''), revokes: revoked !== undefined }
}

/** The settings of which all nodes have the same, under `primary`. */
export function capacityUnder(context: ClusterContext, primary: Host, keep = false): Capacity {
  const { nodes, fact } = clusterOf(context)
  const mostCores = Math.max(...nodes.map((one) => fact(one).cores))
  const { memoryMb, cores } = fact(primary)
  const { maxWorkerProcesses } = tune({ memoryMb, cores, mostCores, maxConnections: 100 })
  return wantedCapacity({
    said: saidCapacity(context.vars),
    workers: maxWorkerProcesses,
    nodes: nodes.map(fact),
    primary: fact(primary),
    keep,
  })
}

/** What a start of `primary` would make less, in the words `max_connections from 300 to 100`. */
export function lowered(context: ClusterContext, primary: Host, keep = false): string[] {
  const { fact } = clusterOf(context)
  const { capacity } = settingsOf(fact(primary))
  return less(capacityUnder(context, primary, keep), capacity).map(
    ({ name, has, needs }) => `${name} from ${needs} to ${has}`,
  )
}
