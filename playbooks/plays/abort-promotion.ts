import { type Host, type Play, debug, definePlay } from 'run-playbook'
import { postgresOpensAgain, postgresStaysReplica } from 'run-playbook/roles'
import {
  type ClusterContext,
  SERVICE_CONTAINERS,
  clusterOf,
  hostVarsOf,
  planPromotionAbort,
  refuseForeignContainers,
} from 'run-playbook/cluster'
import { refuseLimited } from './promotion.ts'

/**
 * The plays that lead back from a promotion of the node `name` that was begun: killed anywhere, the same command leads on, and so does the
 * promotion.
 * @throws UserError before anything is changed, for every reason not to
 */
export function abortPromotionPlays(context: ClusterContext, name: string): readonly Play[] {
  refuseLimited(context)
  refuseForeignContainers(context, SERVICE_CONTAINERS)
  const abort = planPromotionAbort(clusterOf(context), name)
  const { to } = abort
  if (abort.kind === 'nothing')
    return [
      definePlay({
        name: 'nothing to abort',
        hosts: [to],
        tasks: () => [
          debug('nothing to abort', {
            message: `no promotion of ${name} was begun: ${abort.primary.name} is the primary`,
          }),
        ],
      }),
    ]
  const { from } = abort
  const replicas = abort.kind === 'back' ? abort.replicas : []
  return [
    // First, because it must not become a primary beside the one that opens again.
    definePlay({
      name: `${name} stays a replica`,
      hosts: [to],
      anyErrorsFatal: true,
      roles: (host) => [postgresStaysReplica({ name, dataDir: dataDirOf(host) })],
    }),
    definePlay({
      name: `${from.name} is the primary again`,
      hosts: [from],
      roles: (host) => [
        postgresOpensAgain({
          name: host.name,
          dataDir: dataDirOf(host),
          address: host.address,
          replicas: replicas.map((replica) => replica.name),
        }),
      ],
    }),
  ]
}

const dataDirOf = (host: Host): string => hostVarsOf(host).dataDir
