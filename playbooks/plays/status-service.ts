import { type Host, type Play, definePlay } from 'run-playbook'
import { postgresStatusService } from 'run-playbook/roles'
import { type ClusterContext, PROMOTION_KEY, adopts, clusterOf, hostVarsOf } from 'run-playbook/cluster'

/** The status service on every node that takes part. Last, and whatever the node's role: it finds that out by itself. */
export function statusPlay(context: ClusterContext, which: (host: Host) => boolean): Play {
  const { vars, secrets } = context
  const { nodes: all, fact } = clusterOf(context)
  const nodes = all.map(({ name, address }) => ({ name, address }))
  return definePlay({
    name: 'status',
    hosts: 'postgres',
    roles: (host) => [
      which(host) &&
        postgresStatusService({
          name: host.name,
          image: vars.statusImage,
          adopt: adopts(vars, fact(host)),
          address: host.address,
          nodes,
          backupDir: hostVarsOf(host).backupDir,
          promotionKey: secrets.signingKey(PROMOTION_KEY).publicKey,
          thresholds: vars.thresholds,
          pooler: vars.pooler !== undefined,
        }),
    ],
  })
}
