import { type Host, type Play, definePlay } from 'run-playbook'
import {
  type ClusterContext,
  type NodeFact,
  adopts,
  capacityUnder,
  capacityVars,
  settingsOf,
  livingPrimary,
  nodeFact,
  hostVarsOf,
  repositoryKeyOf,
  type Course,
  type Situation,
  type Order,
  repositoryWords,
} from 'run-playbook/cluster'
import { databasePlays } from './database.ts'
import * as roles from 'run-playbook/roles'

const adoptsOn = ({ vars, facts }: ClusterContext, { name }: Host): boolean =>
  adopts(vars, facts.node[name] ?? nodeFact.unknown)

const varsOf = (context: ClusterContext, order: Order) => (host: Host) => {
  const { dataDir, backupDir, restoreDir } = hostVarsOf(host)
  const { image } = context.vars
  return { image, dataDir, backupDir, restoreDir, order, adopt: adoptsOn(context, host) }
}

/** A named place to restore to, and a repository that has it. */
function pointPlays({ node, point, order }: Course): Play[] {
  if (point === undefined) return []
  const { name, primary } = point
  return [
    definePlay({
      name: 'restore point',
      hosts: [primary],
      anyErrorsFatal: true,
      roles: () => [roles.restorePoint({ name })],
    }),
    definePlay({
      name: 'archived up to now',
      hosts: [node],
      anyErrorsFatal: true,
      roles: (host) => [
        roles.archivedUpToNow({
          primary: primary.address,
          backupDir: hostVarsOf(host).backupDir,
          repository: order.repository,
        }),
      ],
    }),
  ]
}

/** A copy of the cluster beside it. */
export function copyPlays(context: ClusterContext, course: Course): Play[] {
  return [
    ...pointPlays(course),
    definePlay({
      name: `copy as of ${course.order.to}, from ${repositoryWords(course.order)}`,
      hosts: [course.node],
      roles: (host) => [roles.restoredCopy(varsOf(context, course.order)(host))],
    }),
  ]
}

export const removalPlays = (nodes: readonly Host[], context: ClusterContext): Play[] => [
  definePlay({
    name: 'remove the copy',
    hosts: nodes,
    roles: (host) => [
      roles.noRestoredCopy({ restoreDir: hostVarsOf(host).restoreDir, adopt: adoptsOn(context, host) }),
    ],
  }),
]

/** What has to be there to read encrypted repositories. */
export function keyPlay(context: ClusterContext): Play {
  const encrypted = context.hosts.some((host) => hostVarsOf(host).encrypt)
  const cipher = encrypted ? repositoryKeyOf(context) : undefined
  return definePlay({
    name: 'key of the repository',
    hosts: 'postgres',
    roles: (host) => [cipher && hostVarsOf(host).encrypt && roles.repositoryKey({ cipher })],
  })
}

/** The whole cluster goes back: one node from its repository, the others from that node. */
export function inPlacePlays(context: ClusterContext, situation: Situation, course: Course): Play[] {
  const { node, order } = course
  const { nodes, fact } = situation
  const vars = varsOf(context, order)
  const reached = nodes.filter((host) => host === node || fact(host).node.reached)
  const others = reached.filter((host) => host !== node)
  const each = (
    name: string,
    hosts: readonly Host[],
    role: (host: Host) => ReturnType<typeof roles.setAside>,
  ) =>
    hosts.length === 0
      ? []
      : [definePlay({ name, hosts, anyErrorsFatal: true, roles: (host) => [role(host)] })]
  const facts = Object.fromEntries(nodes.map((host) => [host.name, afterwards(situation, course, host)]))
  // What runs now and is written down nowhere is kept, as by every run.
  const known = livingPrimary(situation) ?? [node, ...nodes].find((host) => knowsSettings(fact(host).node))
  const kept = known === undefined ? {} : capacityVars(capacityUnder(context, known))
  const then = { ...context, vars: { ...context.vars, ...kept }, facts: { node: facts } }
  const database = databasePlays(then, node)
  // The cluster is back when its servers are. Backups and the status service are what any run of site takes care of.
  const backups = database.findIndex(({ name }) => name.startsWith('backup of '))
  const [servers, rest] = [database.slice(0, backups), database.slice(backups)]
  // With keep=no the old data are overwritten by the restore itself.
  const noReturn = each('point of no return', [node], (host) => roles.restoreOpens(placeOf(host, order)))
  return [
    ...pointPlays(course),
    ...each(
      'stop',
      reached.filter((host) => !isDone(situation, course, host)),
      (host) => roles.restoreBegun(vars(host)),
    ),
    ...(order.keep ? [] : noReturn),
    ...each('restore', [node], (host) =>
      roles.restoredInPlace({ ...vars(host), password: context.secrets.password('postgres.superuser') }),
    ),
    ...each(
      'set aside',
      others.filter((host) => !isDone(situation, course, host)),
      (host) => roles.setAside(vars(host)),
    ),
    ...(order.keep ? noReturn : []),
    ...servers,
    ...each('end', reached, (host) => roles.restoreEnded({ dataDir: hostVarsOf(host).dataDir })),
    ...rest,
  ]
}

const placeOf = (host: Host, order: Order) => ({ dataDir: hostVarsOf(host).dataDir, order })

// All nodes have the same, also those whose servers an earlier run has stopped.
const knowsSettings = (fact: NodeFact): boolean => Object.keys(settingsOf(fact).configured).length > 0

// By a run before this one. Its end may have taken the marks away already: nothing else has data of the timeline that the restore began.
function isDone({ fact }: Situation, { node, order }: Course, host: Host): boolean {
  const { inPlace, aside, node: now } = fact(host)
  if (host === node) return inPlace?.as === order.id && inPlace.state === 'done'
  const { systemId, timeline } = order.becomes ?? { systemId: '', timeline: Infinity }
  return aside === order.id || (now.systemId === systemId && now.timeline >= timeline)
}

// What the nodes will say when those plays begin that make the database.
function afterwards(situation: Situation, course: Course, host: Host): NodeFact {
  const { node: now } = situation.fact(host)
  if (isDone(situation, course, host)) return now
  const { reached, reachedAt, overlay, hasDocker, hasWireguard, memoryMb, cores, containers, distribution } =
    now
  const machine = {
    reached,
    reachedAt,
    overlay,
    hasDocker,
    hasWireguard,
    memoryMb,
    cores,
    containers,
    distribution,
  }
  const empty = { ...nodeFact.unknown, ...machine }
  // Of which timeline it will be is foretold, so that it is signed at once.
  return host === course.node
    ? { ...empty, ...course.order.becomes, data: 'primary', disk: 'primary' }
    : empty
}
