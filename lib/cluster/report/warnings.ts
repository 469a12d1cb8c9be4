import type { z } from 'zod'
import type { Host } from '../../playbook/inventory.ts'
import type { ReportContext } from '../../playbook/playbook.ts'
import { parseConfig } from '../status/config.ts'
import type { Warning } from '../status/schema.ts'
import { amongEachOther } from '../status/warnings/cluster.ts'
import { astray } from '../status/warnings/pooler.ts'
import { warningsFor } from '../status/warnings/index.ts'
import { critical, warning } from '../status/warnings/warn.ts'
import { span } from '../status/format.ts'
import type { thresholdVars } from '../vars/status-service.ts'
import { type UpgradeState, keptData } from '../upgrade/order.ts'
import { type NodeStatus, nodeOf } from './node-status.ts'

/** A clock further off makes logs, backups and lag in seconds hard to compare. */
const CLOCK_SECONDS = 5

export interface NodeWarning extends Warning {
  /** Null: of the cluster as a whole. */
  readonly node: string | null
}

interface Seen {
  readonly nodes: readonly Host[]
  readonly statuses: ReadonlyMap<Host, NodeStatus>
  readonly unreached: ReportContext<unknown, unknown>['unreached']
  readonly thresholds: z.output<typeof thresholdVars>
  /** Whether there is to be PgBouncer. */
  readonly pooler: boolean
}

/** What somebody should look at, the worst first: what each node's own status would say, and what only shows from outside. */
export function clusterWarnings({ nodes, statuses, unreached, thresholds, pooler }: Seen): NodeWarning[] {
  const living = [...statuses.values()].filter(({ bare }) => !bare)
  const members = living.map(({ node, docker, postgres }) => ({
    ...postgres,
    name: node.name,
    up: docker === 'answers' ? postgres.up : null,
  }))
  const lost = nodes.flatMap(({ name }) => {
    const reason = unreached[name]?.message
    return reason === undefined
      ? []
      : [{ ...critical('node-unreachable', `Not reached: ${reason}`), node: name }]
  })
  const own = [...statuses].flatMap(([host, status]) => {
    const peers = nodes.filter((other) => other !== host).map(nodeOf)
    const config = parseConfig({
      node: nodeOf(host),
      peers,
      listen: host.address,
      pgbackrest: {},
      pooler,
      thresholds,
    })
    const found = status.bare ? [NOTHING_HERE] : [...fromOutside(status), ...warningsFor(status, config)]
    return found.map((one) => ({ ...one, node: host.name }))
  })
  const primary = living.find(
    ({ docker, postgres }) => docker === 'answers' && postgres.up && postgres.role === 'primary',
  )
  const misled = living.flatMap((status) => {
    const found = pooler && status !== primary && astray(status.pooler, primary?.node, nodes)
    return found ? [{ ...found, node: status.node.name }] : []
  })
  const together = amongEachOther(members).map((one) => ({ ...one, node: null }))
  const rank = ({ severity }: Warning) => Number(severity === 'critical')
  return [
    ...together,
    ...lost,
    ...own,
    ...misled,
    ...upgrades(statuses),
    ...versions(living),
    ...clocks(living),
  ].toSorted((a, b) => rank(b) - rank(a))
}

const NOTHING_HERE = warning('bare', 'There is no PostgreSQL on this node yet: run-playbook site sets it up')

function fromOutside({ fence, containers, postgres }: NodeStatus): Warning[] {
  const { pgbackrest: backups, 'pgbackrest-server': server, 'postgres-status': service } = containers
  return [
    // That of an upgrade is told with it.
    fence !== null && !/, upgrade \S+$/.test(fence) && fenced(fence),
    backups !== 'running' &&
      postgres.up &&
      critical('backup-service-down', `No backups are taken: the container pgbackrest ${inWords(backups)}`),
    server !== 'running' &&
      postgres.up &&
      warning(
        'backup-server-down',
        `Standbys cannot be backed up while this node is the primary: the container pgbackrest-server ${inWords(server)}`,
      ),
    service !== 'running' &&
      postgres.up &&
      critical(
        'status-service-down',
        `Load balancers consider this node down: the container postgres-status ${inWords(service)}`,
      ),
  ].filter((one) => one !== false)
}

// What one node said and nobody signed may not be true, and site would do as that node says.
const fenced = (fence: string): Warning =>
  critical(
    'fenced',
    fence.endsWith(', not signed')
      ? `This node is fenced: it must not start as a primary, because a node said that it took over (${fence}). Do not run site before you know who promoted that node; docs/second-day.md says what to do`
      : `This node is fenced: it must not start as a primary, because ${fence} took over. To bring it back: run-playbook site`,
  )

const inWords = (state: string | undefined): string =>
  state === undefined ? 'does not exist' : `is ${state}`

/** An upgrade to another major version that is not over: of the cluster, not of a node. */
function upgrades(statuses: ReadonlyMap<Host, NodeStatus>): NodeWarning[] {
  const states = [...statuses.values()].flatMap(({ upgrade }) => upgrade ?? [])
  const unfinished = states.find(({ done, aborting, finishing }) => !done || aborting || finishing)
  const [state] = unfinished === undefined ? states : [unfinished]
  if (state === undefined) return []
  return [{ ...(unfinished === undefined ? keptOf(state) : unfinishedOf(state)), node: null }]
}

function unfinishedOf({ order, aborting, finishing }: UpgradeState): Warning {
  const command = `run-playbook upgrade -e to=${order.to}`
  const [what, then] = finishing
    ? ['The removal of the old data after an upgrade', `finish it: ${command} -e finish=yes`]
    : aborting
      ? ['The abort of an upgrade', `finish it: ${command} -e abort=yes`]
      : ['An upgrade', `finish it: ${command}. To go back: add -e abort=yes`]
  return critical(
    'upgrade-unfinished',
    `${what} from PostgreSQL ${order.from} to ${order.to} runs, or was interrupted. If it was, ${then}`,
  )
}

const keptOf = ({ order }: UpgradeState): Warning =>
  warning(
    'upgrade-kept',
    `The cluster was upgraded to PostgreSQL ${order.to}, and the nodes keep the data of PostgreSQL ${order.from} (${keptData(order)}). To remove them: run-playbook upgrade -e to=${order.to} -e finish=yes`,
  )

/** What has to be the same everywhere: pgBackRest refuses to work with another version of itself. */
function versions(statuses: readonly NodeStatus[]): NodeWarning[] {
  const differing = (of: (status: NodeStatus) => string | null): string | undefined => {
    const known = statuses.filter((status) => of(status) !== null)
    if (new Set(known.map(of)).size < 2) return undefined
    return known.map((status) => `${of(status)} on ${status.node.name}`).join(', ')
  }
  const backrest = differing(({ pgbackrest }) => pgbackrest)
  const server = differing(({ postgres }) => postgres.version?.split(' ')[0] ?? null)
  return [
    backrest !== undefined && {
      ...critical(
        'pgbackrest-differs',
        `The nodes have different versions of pgBackRest (${backrest}), so backups of standbys fail. run-playbook site installs the newest version on all nodes`,
      ),
      node: null,
    },
    server !== undefined && {
      ...warning(
        'version-differs',
        `The nodes have different versions of PostgreSQL (${server}). run-playbook site installs the same image on all nodes`,
      ),
      node: null,
    },
  ].filter((one) => one !== false)
}

/** Against the middle one of the nodes, ours left aside: an operator's laptop may be wrong, too. */
function clocks(statuses: readonly NodeStatus[]): NodeWarning[] {
  const ahead = statuses.map(({ clockAhead }) => clockAhead).toSorted((a, b) => a - b)
  const middle = ahead[Math.floor((ahead.length - 1) / 2)] ?? 0
  return statuses.flatMap(({ node, clockAhead }) => {
    const off = clockAhead - middle
    if (Math.abs(off) <= CLOCK_SECONDS) return []
    const text = `The clock of this node is ${span(Math.abs(off))} ${off > 0 ? 'ahead of' : 'behind'} the clocks of the other nodes`
    return [{ ...warning('clock', text), node: node.name }]
  })
}
