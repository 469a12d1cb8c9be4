import { type Host, type Play, definePlay } from 'run-playbook'
import { postgresPasswordFiles, postgresPasswordUse, postgresPasswords } from 'run-playbook/roles'
import { type ClusterContext, clusterOf, nodeRoleVarsOf, rotatedPasswords } from 'run-playbook/cluster'

/**
 * New passwords for the roles that the nodes log in as. Each step is done on all nodes before the next one: every node knows the
 * new passwords, then the primary takes them, then every node uses them. Replication goes on all the while, for a connection
 * that exists is not asked again. Killed anywhere, the next run goes on.
 */
export function passwordPlays(context: ClusterContext, primary: Host): readonly Play[] {
  const { nodes, fact } = clusterOf(context)
  if (fact(primary).server === undefined || rotatedPasswords(context).length === 0) return []
  const node = nodeRoleVarsOf(context, primary)
  const living = nodes.filter((host) => fact(host).disk !== 'none')
  return [
    definePlay({
      name: 'new passwords',
      hosts: living,
      anyErrorsFatal: true,
      roles: (host) => [postgresPasswordFiles(node(host))],
    }),
    definePlay({
      name: 'passwords of the roles',
      hosts: [primary],
      anyErrorsFatal: true,
      roles: (host) => [postgresPasswords(node(host))],
    }),
    definePlay({
      name: 'passwords in use',
      hosts: living,
      roles: (host) => [postgresPasswordUse(node(host))],
    }),
  ]
}
