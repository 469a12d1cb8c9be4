import { type Host, type Play, definePlay } from 'run-playbook'
import {
  postgresBackup,
  postgresBackupService,
  postgresDrill,
  postgresOffsite,
  postgresPrimary,
  postgresPrimaryRestart,
  postgresReplica,
} from 'run-playbook/roles'
import {
  type ClusterContext,
  byHand,
  clusterOf,
  lowered,
  nodeRoleVarsOf,
  ownerSecret,
  type WayBack,
  whyBack,
} from 'run-playbook/cluster'
import { passwordPlays } from './passwords.ts'
import { poolerPlays } from './pooler.ts'
import { statusPlay } from './status-service.ts'

interface DatabaseOptions {
  /** What needs a restart of the primary has it. */
  readonly restartPrimary?: boolean
  /** Each node takes the backup that it owes. */
  readonly backups?: boolean
  /** Nodes without data become replicas: only where the overlay has just been looked after, which a lost disk takes along. */
  readonly newcomers?: boolean
  /** Nothing that the primary has of the settings is to become less. */
  readonly keep?: boolean
  /** The repositories are of an earlier major version, and go on with this one. */
  readonly upgrade?: boolean
}

/**
 * The database on every node. A cluster that runs is changed replica by replica, the primary last: what does not work is
 * found where nobody writes. `returning` are the nodes that a promotion left behind.
 */
export function databasePlays(
  context: ClusterContext,
  primary: Host,
  returning: ReadonlyMap<Host, WayBack> = new Map(),
  {
    restartPrimary = true,
    backups = true,
    newcomers = true,
    keep = false,
    upgrade = false,
  }: DatabaseOptions = {},
): readonly Play[] {
  const { vars, secrets } = context
  const { nodes, fact } = clusterOf(context)
  const roleVars = nodeRoleVarsOf(context, primary, keep)
  const node = (host: Host) => ({ ...roleVars(host), stanzaUpgrade: upgrade })
  const databases = vars.databases.map((name) => ({ name, password: secrets.password(ownerSecret(name)) }))
  // One that was made by hand takes nothing that is written for it: it is replaced first.
  const running = fact(primary).server !== undefined && byHand(fact(primary)) === undefined
  const settled = (host: Host) => fact(host).disk === 'replica' && !returning.has(host)
  const followers = followersOf(context, primary, returning)
  const takesPart = (host: Host) => newcomers || fact(host).disk !== 'none'
  const first = definePlay({
    name: 'primary',
    hosts: [primary],
    anyErrorsFatal: true,
    roles: (host) => [
      postgresPrimary({ ...node(host), databases, restart: running ? 'later' : 'now' }),
      ...backupRoles(node(host)),
    ],
  })
  const last = definePlay({
    name: 'primary, what needs a restart',
    hosts: [primary],
    roles: (host) => [running && postgresPrimaryRestart({ ...node(host), replicas: followers.length })],
  })
  const replicas = [
    definePlay({
      name: 'replicas',
      hosts: 'postgres',
      serial: 1,
      roles: (host) =>
        host !== primary && settled(host) ? [postgresReplica(node(host)), ...backupRoles(node(host))] : [],
    }),
    replicaPlay(
      context,
      'new and returning replicas',
      primary,
      returning,
      (host) => !settled(host) && takesPart(host),
      { keep, upgrade },
    ),
  ]
  // Last, because a backup asks the services of all nodes which of them is primary. One at a time, for each has the
  // primary begin and end it; and a node that fails keeps no other from its own.
  const firstBackups = nodes
    .filter((host) => backups && takesPart(host))
    .map((host) =>
      definePlay({
        name: `backup of ${host.name}`,
        hosts: [host],
        roles: () => [postgresBackup({ archiveChecked: fact(host).archiveChecked })],
      }),
    )
  const poolers = poolerPlays(context, primary, takesPart)
  const order = shrinks(context, primary, keep) ? [first, last, ...replicas] : [first, ...replicas, last]
  const servers = order.filter((play) => restartPrimary || play !== last)
  return [
    ...passwordPlays(context, primary),
    ...servers,
    ...firstBackups,
    ...poolers,
    statusPlay(context, takesPart),
  ]
}

/** Who can be waited for: the replicas that stream now, from whomever, and have nothing to be mended. */
export function followersOf(
  context: Pick<ClusterContext, 'hosts' | 'facts'>,
  primary: Host,
  returning: ReadonlyMap<Host, WayBack>,
): readonly Host[] {
  const { others, fact } = clusterOf(context)
  return others(primary).filter((host) => {
    const { disk, server } = fact(host)
    return disk === 'replica' && !returning.has(host) && server?.receiver === 'streaming'
  })
}

/** Whether a standby that is changed first would be too small for its primary. */
export function shrinks(context: ClusterContext, primary: Host, keep = false): boolean {
  return lowered(context, primary, keep).length > 0
}

/** Replicas that are not settled: all at once, because nobody reads from them yet. */
export function replicaPlay(
  context: ClusterContext,
  name: string,
  primary: Host,
  returning: ReadonlyMap<Host, WayBack>,
  which: (host: Host) => boolean,
  { keep = true, upgrade = false }: Pick<DatabaseOptions, 'keep' | 'upgrade'> = {},
): Play {
  const { fact } = clusterOf(context)
  const roleVars = nodeRoleVarsOf(context, primary, keep)
  const node = (host: Host) => ({ ...roleVars(host), stanzaUpgrade: upgrade })
  const comeBack = (host: Host) => {
    const way = returning.get(host)
    return way && { way, because: whyBack(fact(host), fact(primary), way) }
  }
  const data = (host: Host) => (fact(host).disk === 'none' ? ('none' as const) : ('some' as const))
  return definePlay({
    name,
    hosts: 'postgres',
    roles: (host) =>
      host !== primary && which(host)
        ? [
            postgresReplica({ ...node(host), data: data(host), comeBack: comeBack(host) }),
            ...backupRoles(node(host)),
          ]
        : [],
  })
}

const backupRoles = (vars: Parameters<typeof postgresBackupService>[0]) => [
  postgresBackupService(vars),
  postgresDrill(vars),
  postgresOffsite(vars),
]
