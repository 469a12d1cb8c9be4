import { type Host, type Play, definePlay } from 'run-playbook'
import {
  noPostgresPooler,
  noPostgresPoolerLogin,
  postgresPooler,
  postgresPoolerLogin,
} from 'run-playbook/roles'
import { type ClusterContext, clusterOf, nodeRoleVarsOf, poolerOf } from 'run-playbook/cluster'

/**
 * PgBouncer on every node that takes part, or none any more. Its role comes first: nobody is told of a password that is not valid yet.
 * @throws UserError as {@link poolerOf} does
 */
export function poolerPlays(
  context: ClusterContext,
  primary: Host,
  which: (host: Host) => boolean,
): readonly Play[] {
  const { nodes, fact, reached } = clusterOf(context)
  const pooler = poolerOf(context, primary)
  const all = nodeRoleVarsOf(context, primary, true)
  const { databases } = context.vars
  const login = (host: Host) => {
    const { address, passwords } = all(host)
    return { address, passwords }
  }
  if (pooler === undefined) {
    const left = nodes.filter((host) => reached(host) && fact(host).fingerprints.pooler !== undefined)
    if (left.length === 0) return []
    const there = fact(primary).server?.databases ?? databases
    return [
      definePlay({ name: 'no pooler', hosts: left, roles: () => [noPostgresPooler({})] }),
      definePlay({
        name: 'no login of the pooler',
        hosts: [primary],
        roles: (host) => [noPostgresPoolerLogin({ ...login(host), databases: there })],
      }),
    ]
  }
  return [
    definePlay({
      name: 'login of the pooler',
      hosts: [primary],
      anyErrorsFatal: true,
      roles: (host) => [postgresPoolerLogin({ ...login(host), password: pooler.password, databases })],
    }),
    // One at a time: clients of a node whose container is made anew find another one.
    definePlay({
      name: 'pooler',
      hosts: 'postgres',
      serial: 1,
      roles: (host) => {
        if (!which(host)) return []
        const { address, nodes, network, clientTls, clientAccess, adopt, server, tls } = all(host)
        const own = {
          address,
          nodes,
          network,
          clientTls,
          clientAccess,
          adopt,
          server,
          authority: tls.authority,
        }
        return [postgresPooler({ ...own, pooler, databases })]
      },
    }),
  ]
}
