import type { Host } from '../playbook/inventory.ts'
import { UserError } from '../core/errors.ts'
import { STANDBY_SETTINGS, type StandbySetting } from '../postgres/standby-settings.ts'
import type { Capacity } from './capacity.ts'
import { nodesOf } from './nodes.ts'
import { type ClusterVars, clusterVars } from './vars/cluster.ts'
import { hostVarsOf } from './vars/host.ts'
import { sharedVars } from './vars/shared.ts'

type Shared = typeof sharedVars
type Wish = { readonly [Name in keyof Shared]?: ReturnType<Shared[Name]['parse']> }

const NAMES = Object.keys(sharedVars) as (keyof Shared)[]

/** The names of the settings as vars. */
export const SETTING_VARS = {
  max_connections: 'maxConnections',
  max_worker_processes: 'maxWorkerProcesses',
  max_wal_senders: 'maxWalSenders',
  max_prepared_transactions: 'maxPreparedTransactions',
  max_locks_per_transaction: 'maxLocksPerTransaction',
} as const satisfies Record<StandbySetting, keyof Shared>

/**
 * A context with the vars of the cluster in effect: what `-e` says, else the inventory, else the default.
 * @throws UserError E_BAD_VARS where the inventory has different values for different nodes
 */
export function settled<Context extends { readonly vars: Wish; readonly hosts: readonly Host[] }>(
  context: Context,
): Settled<Context> {
  const nodes = nodesOf(context.hosts)
  const said = Object.fromEntries(NAMES.map((name) => [name, context.vars[name] ?? ofNodes(nodes, name)]))
  const shared = clusterVars.pick(EVERY).parse(said)
  return { ...context, vars: { ...context.vars, ...shared } }
}

/** The vars of the cluster have a value. */
export type Settled<Context extends { readonly vars: object }> = Context & {
  readonly vars: Pick<ClusterVars, keyof Shared>
}

const EVERY = Object.fromEntries(NAMES.map((name) => [name, true])) as { [Name in keyof Shared]: true }

function ofNodes(nodes: readonly [Host, ...Host[]], name: keyof Shared): unknown {
  const values = nodes.map((node) => [node, hostVarsOf(node)[name]] as const)
  const [[first, value]] = values as unknown as readonly [readonly [Host, unknown]]
  const other = values.find(([, one]) => JSON.stringify(one) !== JSON.stringify(value))
  if (other === undefined) return value
  const show = (one: unknown): string => (one === undefined ? 'none' : JSON.stringify(one))
  throw new UserError(
    'E_BAD_VARS',
    `${name} is ${show(value)} for ${first.name} and ${show(other[1])} for ${other[0].name}: it must have one value for the whole cluster`,
    { hint: 'Set it in the vars of the group postgres, not in those of a host.' },
  )
}

/** Values of the settings as vars: for plays that are made when no primary can be asked any more. */
export function capacityVars(capacity: Capacity): {
  readonly [Name in (typeof SETTING_VARS)[StandbySetting]]: number
} {
  const { max_connections, max_worker_processes, max_wal_senders } = capacity
  return {
    maxConnections: max_connections,
    maxWorkerProcesses: max_worker_processes,
    maxWalSenders: max_wal_senders,
    maxPreparedTransactions: capacity.max_prepared_transactions,
    maxLocksPerTransaction: capacity.max_locks_per_transaction,
  }
}

/** What was said of the settings of which a standby needs as much as its primary. */
export function saidCapacity(vars: Wish): Partial<Capacity> {
  return Object.fromEntries(
    STANDBY_SETTINGS.flatMap((name) => {
      const value = vars[SETTING_VARS[name]]
      return value === undefined ? [] : [[name, value]]
    }),
  )
}
