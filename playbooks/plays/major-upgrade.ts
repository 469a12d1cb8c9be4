import { type Host, type Play, debug, definePlay } from 'run-playbook'
import * as roles from 'run-playbook/roles'
import {
  type ClusterContext,
  type MajorUpgrade,
  type NodeFact,
  type UpgradeEnd,
  type UpgradeOrder,
  capacityUnder,
  capacityVars,
  clusterOf,
  hostVarsOf,
  nodeRoleVarsOf,
  settingsOf,
} from 'run-playbook/cluster'
import { databasePlays } from './database.ts'

/**
 * The upgrade of the cluster: the primary with pg_upgrade, its replicas copied anew. All steps are made each time, and those that are done do
 * nothing: killed anywhere, the same command goes on.
 */
export function majorPlays(context: ClusterContext, { kind, primary, order }: MajorUpgrade): Play[] {
  const { nodes, fact, others } = clusterOf(context)
  const vars = placesOf(order)
  const then = under(context, order.image, primary, (host) => upgradedFact(fact(host), host === primary))
  const node = nodeRoleVarsOf(then, primary, true)
  const database = databasePlays(then, primary, new Map(), { keep: true, upgrade: true })
  const running = kind === 'begin' && fact(primary).server !== undefined
  return [
    play('begin', nodes, (host) => roles.upgradeBegun(vars(host))),
    play('prepare', [primary], (host) => roles.upgradePrepared({ ...node(host), order, running })),
    play('stop', [primary], (host) => roles.upgradeStops(vars(host))),
    play('upgrade', [primary, ...others(primary)], (host) =>
      (host === primary ? roles.postgresUpgraded : roles.upgradeSetAside)(vars(host)),
    ),
    play('open', [primary], (host) => roles.upgradeOpens({ ...node(host), order })),
    play('statistics', [primary], (host) => roles.upgradeStatistics(vars(host))),
    ...database,
    play('done', nodes, (host) => roles.upgradeDone(vars(host))),
  ]
}

/** The way back. Nothing is opened before all nodes have what they had, and the order goes last. */
export function abortMajorPlays(context: ClusterContext, end: UpgradeEnd): Play[] {
  if (end.kind === 'nothing') return nothing(context, 'no upgrade is unfinished')
  const { order, hosts, primary } = end
  const { fact } = clusterOf(context)
  const vars = placesOf(order)
  const then = under(context, order.oldImage, primary, (host) =>
    oldFact(fact(host), host === primary, order, hosts.includes(host)),
  )
  return [
    play('old data', hosts, (host) => roles.upgradeUndone(vars(host))),
    // A run before this one may have led it back already.
    ...(hosts.includes(primary)
      ? [play('old primary', [primary], (host) => roles.upgradeOpensAgain(vars(host)))]
      : []),
    ...databasePlays(then, primary, new Map(), { keep: true, backups: false }),
    play('end', hosts, (host) => roles.upgradeEnded(vars(host))),
  ]
}

/** The old data are given up. */
export function finishMajorPlays(context: ClusterContext, end: UpgradeEnd): Play[] {
  if (end.kind === 'nothing') return nothing(context, 'there are no old data of an upgrade')
  const { order, hosts } = end
  const vars = placesOf(order)
  return [
    play('point of no return', hosts, (host) => roles.upgradeLetsGo(vars(host))),
    play('old data', hosts, (host) => roles.upgradeOldDataGone(vars(host))),
    play('end', hosts, (host) => roles.upgradeEnded(vars(host))),
  ]
}

const play = (
  name: string,
  hosts: readonly Host[],
  role: (host: Host) => ReturnType<typeof roles.upgradeDone>,
): Play => definePlay({ name, hosts, anyErrorsFatal: true, roles: (host) => [role(host)] })

const nothing = (context: ClusterContext, message: string): Play[] => [
  definePlay({
    name: 'nothing to do',
    hosts: [clusterOf(context).first],
    tasks: () => [debug('nothing to do', { message })],
  }),
]

const placesOf = (order: UpgradeOrder) => (host: Host) => {
  const { dataDir, backupDir } = hostVarsOf(host)
  return { dataDir, backupDir, order }
}

// The cluster with an image and data that it will have. What runs now and is written down nowhere is kept, as by every run.
function under(
  context: ClusterContext,
  image: string,
  primary: Host,
  factOf: (host: Host) => NodeFact,
): ClusterContext {
  const { nodes, fact } = clusterOf(context)
  const known = [primary, ...nodes].find((host) => Object.keys(settingsOf(fact(host)).configured).length > 0)
  const kept = known === undefined ? {} : capacityVars(capacityUnder(context, known))
  const node = Object.fromEntries(nodes.map((host) => [host.name, factOf(host)]))
  return { ...context, vars: { ...context.vars, ...kept, image }, facts: { node } }
}

const empty = {
  server: undefined,
  fence: undefined,
  rejoining: false,
  rewinding: false,
  upgrade: undefined,
  systemId: '',
  timeline: 1,
  history: [],
  archiveChecked: false,
}

// A node that has the new data already says itself how it is.
function upgradedFact(now: NodeFact, isPrimary: boolean): NodeFact {
  const there = now.upgrade?.kept === true && (isPrimary ? now.upgrade.opened : now.disk !== 'none')
  if (there) return { ...now, upgrade: undefined, fence: undefined }
  const disk = isPrimary ? 'primary' : 'none'
  return { ...now, ...empty, disk, data: disk }
}

// One that was not moved is as it is; one that has no order any more was led back already.
function oldFact(now: NodeFact, isPrimary: boolean, { was }: UpgradeOrder, moves: boolean): NodeFact {
  const moved = moves && (now.upgrade?.kept === true || now.disk === 'none')
  if (!moved) return { ...now, upgrade: undefined, fence: undefined }
  const disk = isPrimary ? 'primary' : 'replica'
  return { ...now, ...empty, disk, data: disk, ...was }
}
