import type { Host } from '../playbook/inventory.ts'
import { UserError } from '../core/errors.ts'
import type { ClusterContext } from './cluster.ts'
import { clusterOf } from './cluster.ts'
import { CLUSTER_CONTAINERS, POOLER_CONTAINER } from './facts/containers.ts'
import type { NodeFact } from './facts/node.ts'

const names = (hosts: readonly Host[]): string => hosts.map(({ name }) => name).join(' and ')

/** @throws UserError E_RESTORE_UNFINISHED: what lies on the nodes is half of the old cluster and half of the new */
export function refuseUnfinishedRestore(hosts: readonly Host[], fact: (host: Host) => NodeFact): void {
  const begun = hosts.filter((host) => fact(host).restoring)
  if (begun.length === 0) return
  throw new UserError('E_RESTORE_UNFINISHED', `a restore of the cluster was interrupted (${names(begun)})`, {
    hint: 'To finish it: run-playbook restore -e in-place=yes. To abort it: add -e abort=yes.',
  })
}

/** @throws UserError E_UPGRADE_UNFINISHED: the nodes have data of two major versions, or are about to */
export function refuseUnfinishedUpgrade(hosts: readonly Host[], fact: (host: Host) => NodeFact): void {
  const state = hosts
    .map((host) => fact(host).upgrade)
    .find((one) => one !== undefined && (!one.done || one.aborting || one.finishing))
  if (state === undefined) return
  const { order, aborting, finishing } = state
  const command = `run-playbook upgrade -e to=${order.to}`
  const [what, hint] = finishing
    ? ['the removal of the old data after an upgrade', `To finish it: ${command} -e finish=yes.`]
    : aborting
      ? ['the abort of an upgrade', `To finish it: ${command} -e abort=yes.`]
      : ['an upgrade', `To finish it: ${command}. To abort it: add -e abort=yes.`]
  throw new UserError(
    'E_UPGRADE_UNFINISHED',
    `${what} from PostgreSQL ${order.from} to ${order.to} was interrupted (${order.node} is its primary)`,
    { hint },
  )
}

/** @throws UserError E_UPGRADE_IMAGE: a container of the old version would not start with the new data */
export function refuseOldImage(
  hosts: readonly Host[],
  fact: (host: Host) => NodeFact,
  { image }: { readonly image: string },
): void {
  const order = hosts.map((host) => fact(host).upgrade).find((state) => state?.done)?.order
  if (order === undefined || order.image === image) return
  throw new UserError(
    'E_UPGRADE_IMAGE',
    `the cluster was upgraded to PostgreSQL ${order.to} and runs with the image ${order.image}, but the image is ${image} in the inventory`,
    {
      hint: `Set image: '${order.image}' in inventory.ts. Or go back to PostgreSQL ${order.from}: run-playbook upgrade -e to=${order.to} -e abort=yes. Nothing was changed.`,
    },
  )
}

/** @throws UserError E_LOST_CLUSTER: a new cluster beside the backups of a lost one is hardly what is wanted */
export function refuseLostCluster(hosts: readonly Host[], fact: (host: Host) => NodeFact): void {
  const holders = hosts.filter((host) => fact(host).hasBackups)
  if (holders.length === 0) return
  const hold = holders.length === 1 ? 'holds' : 'hold'
  throw new UserError(
    'E_LOST_CLUSTER',
    `${names(holders)} ${hold} backups of a cluster, but no node has its data`,
    {
      hint: 'To restore it: run-playbook restore -e in-place=yes. To create a new cluster, move the backups away first.',
    },
  )
}

/** @throws UserError E_DOCKER_ENGINE when a node has an engine that the cluster does not run on */
export function refuseOtherEngines(hosts: readonly Host[], fact: (host: Host) => NodeFact): void {
  const others = hosts.flatMap((host) => {
    const engine = fact(host).otherEngine
    return engine === undefined ? [] : [`${engine} on ${host.name}`]
  })
  if (others.length === 0) return
  throw new UserError(
    'E_DOCKER_ENGINE',
    `the cluster needs Docker Engine from packages of the distribution, running as root. Found instead: ${others.join(', ')}`,
    {
      hint: 'Nothing was changed on any node. Remove that engine (snap remove docker, dockerd-rootless-setuptool.sh uninstall, apt remove podman-docker): site then installs Docker. Or use another machine.',
    },
  )
}

/**
 * Before anything is changed on any node, whatever `--limit` selects: the nodes decide together.
 * @param name of the containers that the playbook replaces, removes or works in
 * @throws UserError E_FOREIGN_CONTAINER when a node has a container of such a name that somebody else made, and as
 * {@link refuseOtherEngines} does
 */
export function refuseForeignContainers(
  {
    hosts,
    facts,
    vars,
  }: Pick<ClusterContext, 'hosts' | 'facts'> & { readonly vars: { adopt: boolean; pooler?: unknown } },
  names: readonly string[] = CLUSTER_CONTAINERS,
): void {
  const { nodes, fact } = clusterOf({ hosts, facts })
  refuseOtherEngines(nodes, fact)
  if (vars.adopt) return
  const needed =
    vars.pooler === undefined || !names.includes('postgres-status') ? names : [...names, POOLER_CONTAINER]
  const foreign = nodes.flatMap((node) =>
    fact(node)
      .containers.filter(({ name, owner }) => owner === 'foreign' && needed.includes(base(name)))
      .map(({ name, image, created }) => {
        const when = created.slice(0, 16).replace('T', ' ')
        return `${name} on ${node.name} (image ${image}, created ${when} UTC)`
      }),
  )
  if (foreign.length === 0) return
  const [what, them] = foreign.length === 1 ? ['a container', 'it'] : ['containers', 'them']
  throw new UserError(
    'E_FOREIGN_CONTAINER',
    `${what} with a name that the cluster needs, not created by run-playbook: ${foreign.join(', ')}`,
    {
      hint: `Nothing was changed on any node. Give ${them} another name with \`docker rename\` on the node, remove ${them}, or have ${them} replaced: -e adopt=yes. What ${foreign.length === 1 ? 'it keeps' : 'they keep'} outside of mounts and volumes is lost then.`,
    },
  )
}

const base = (name: string): string => name.replace(/\.run-playbook-old$/, '')
