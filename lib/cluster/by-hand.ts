import type { Host } from '../playbook/inventory.ts'
import { UserError } from '../core/errors.ts'
import { type Cluster, type ClusterContext, clusterOf } from './cluster.ts'
import { LACKS, type NodeContainer } from './facts/containers.ts'
import type { NodeFact } from './facts/node.ts'
import { nameOf } from './secrets/names.ts'
import { hostVarsOf } from './vars/host.ts'

/** The container of a server that runs and that nothing can be done in until it is replaced. Undefined where there is none. */
export const byHand = ({
  server,
  containers,
}: Pick<NodeFact, 'server' | 'containers'>): NodeContainer | undefined =>
  server === undefined ? undefined : containers.find(({ name, managed }) => name === 'postgres' && !managed)

/** Whether the primary was made by hand and is to stay as it is: nothing can be done on any node then. */
export const staysByHand = (primary: Host, fact: Cluster['fact']): boolean =>
  hostVarsOf(primary).rolling === 'later' && byHand(fact(primary)) !== undefined

/**
 * What `site` needs to know of a primary that was made by hand, before it is replaced.
 * @throws UserError E_ADOPT where the store lacks its passwords, and where another node is to take over from it
 */
export function refuseNotAdopted(
  { secrets }: Pick<ClusterContext, 'secrets'>,
  primary: Host,
  fact: Cluster['fact'],
): void {
  const container = byHand(fact(primary))
  if (container === undefined) return
  const missing = (['superuser', 'replicator'] as const)
    .map((kind) => nameOf(kind, primary))
    .filter((name) => !secrets.isKept(name))
  if (missing.length > 0)
    throw new UserError(
      'E_ADOPT',
      `the container postgres on ${primary.name} (image ${container.image}) ${LACKS}, and the secrets have no ${missing.join(' and no ')}`,
      {
        hint: `Adopt the cluster first, which changes no node: run-playbook adopt. If its containers have no file with a password, store it: ${missing.map((name) => secrets.command(`set ${name}`)).join(', ')}. Nothing was changed.`,
      },
    )
  if (hostVarsOf(primary).rolling === 'switchover')
    throw new UserError(
      'E_ADOPT',
      `the container postgres on ${primary.name} ${LACKS}: no replica can be promoted in its place`,
      {
        hint: 'Have it replaced, with a restart: run-playbook site -e rolling=restart. Nothing was changed.',
      },
    )
}

/** @throws UserError E_ADOPT where a container that runs PostgreSQL was made by hand: what works in it finds nothing of what it needs */
export function refuseByHand(context: Pick<ClusterContext, 'hosts' | 'facts'>): void {
  const { nodes, fact } = clusterOf(context)
  const found = nodes.filter((node) => byHand(fact(node)) !== undefined)
  if (found.length === 0) return
  throw new UserError(
    'E_ADOPT',
    `the container postgres on ${found.map(({ name }) => name).join(' and ')} ${LACKS}`,
    {
      hint: 'Have it replaced first, which restarts PostgreSQL: run-playbook site -e rolling=restart. If the primary is lost, promote a replica by hand (docker exec -u postgres postgres pg_ctl promote), then run site. Nothing was changed.',
    },
  )
}
