import { type Host, type Play, definePlay } from 'run-playbook'
import { noPostgresObjectStore, postgresObjectStore, postgresObjectStoreOwner } from 'run-playbook/roles'
import { type ClusterContext, clusterOf, hostVarsOf, objectStoreSecretsOf } from 'run-playbook/cluster'

/**
 * The second repository of each node, in an object store, or none any more.
 * @param restoring backups of a cluster that no node has data of are what is looked for
 * @throws UserError as {@link objectStoreSecretsOf} does
 */
export function objectStorePlays(context: ClusterContext, restoring = false): readonly Play[] {
  const { nodes, fact, reached } = clusterOf(context)
  const secrets = objectStoreSecretsOf(context)
  const systemId = nodes.map((host) => fact(host).systemId).find((id) => id !== '')
  const storeOf = (host: Host) => hostVarsOf(host).objectStore
  const having = nodes.filter((host) => reached(host) && storeOf(host) !== undefined)
  const left = nodes.filter(
    (host) =>
      reached(host) && storeOf(host) === undefined && fact(host).fingerprints.storeCipher !== undefined,
  )
  const vars = (host: Host) => {
    const store = storeOf(host)
    return store === undefined || secrets === undefined
      ? undefined
      : {
          image: context.vars.image,
          address: host.address,
          nodes: nodes.map(({ name, address }) => ({ name, address })),
          cores: fact(host).cores,
          store,
          secrets: { ...secrets },
          ...(systemId !== undefined && { systemId }),
          restoring,
        }
  }
  const play = (
    name: string,
    hosts: readonly Host[],
    role: (host: Host) => ReturnType<typeof postgresObjectStore> | undefined,
  ) =>
    hosts.length === 0
      ? []
      : [definePlay({ name, hosts, anyErrorsFatal: true, roles: (host) => [role(host)] })]
  const with_ =
    (role: typeof postgresObjectStore) =>
    (host: Host): ReturnType<typeof postgresObjectStore> | undefined => {
      const given = vars(host)
      return given && role(given)
    }
  return [
    ...play('owner of the object store', having, with_(postgresObjectStoreOwner)),
    ...play('object store', having, with_(postgresObjectStore)),
    ...play('no object store', left, () => noPostgresObjectStore({})),
  ]
}
