import { STANDBY_SETTINGS, type StandbySetting } from '../postgres/standby-settings.ts'
import type { NodeFact } from './facts/node.ts'
import type { ServerFact } from './facts/server.ts'

/** A value for each of the settings of which a standby needs at least what its primary has. */
export type Capacity = Readonly<Record<StandbySetting, number>>

/** What each node has where nobody says otherwise. max_worker_processes follows from the machines. */
export const USUAL: Omit<Capacity, 'max_worker_processes'> = {
  max_connections: 100,
  max_wal_senders: 10,
  max_prepared_transactions: 0,
  max_locks_per_transaction: 64,
}

/** One node has less of a setting than it needs. */
export interface Shortage {
  readonly name: StandbySetting
  readonly has: number
  readonly needs: number
}

/** Of what a standby has too little, by its own control file: it has stopped to replay, or will. */
export function shortages({ server, asks }: Pick<NodeFact, 'server' | 'asks'>): Shortage[] {
  return server?.recovery === true ? less(server.capacity, asks) : []
}

/** Of what the first has less than the second. */
export function less(
  one: Readonly<Record<string, number>>,
  other: Readonly<Record<string, number>>,
): Shortage[] {
  return STANDBY_SETTINGS.flatMap((name) => {
    const [has, needs] = [one[name], other[name]]
    return has !== undefined && needs !== undefined && has < needs ? [{ name, has, needs }] : []
  })
}

/**
 * What a node has of the settings, and what its next start will have. Its server says it; of one that does not answer it is read
 * from the disk, so that a run takes nothing away that it only could not ask for.
 */
export function settingsOf(node: NodeFact): Pick<ServerFact, 'capacity' | 'configured' | 'overrides'> {
  const { server, written, altered, ran } = node
  return server ?? { capacity: ran, configured: { ...ran, ...written }, overrides: altered }
}

interface Wanted {
  /** What the operator has said, in the inventory or with `-e`. */
  readonly said: Partial<Capacity>
  /** What follows from the machines. */
  readonly workers: number
  /** What the nodes that were reached say: what ALTER SYSTEM sets on one of them, that one has after its next restart. */
  readonly nodes: readonly NodeFact[]
  /** The node that is primary, or becomes it. */
  readonly primary: NodeFact
  /** Nothing that the primary has now is to become less. */
  readonly keep: boolean
}

/**
 * What all nodes are to have: what was said; where nothing was, what the primary has, so that a run of another checkout takes
 * nothing away; and never less than ALTER SYSTEM has set on any node, as that one would be a primary that none can follow.
 */
export function wantedCapacity({ said, workers, nodes, primary, keep }: Wanted): Capacity {
  const usual: Capacity = { ...USUAL, max_worker_processes: workers }
  const { configured, capacity: runs } = settingsOf(primary)
  const wanted = (name: StandbySetting): number =>
    Math.max(
      said[name] ?? Math.max(usual[name], configured[name] ?? 0),
      keep ? (runs[name] ?? 0) : 0,
      ...nodes.map((node) => settingsOf(node).overrides[name] ?? 0),
    )
  return {
    max_connections: wanted('max_connections'),
    max_worker_processes: wanted('max_worker_processes'),
    max_wal_senders: wanted('max_wal_senders'),
    max_prepared_transactions: wanted('max_prepared_transactions'),
    max_locks_per_transaction: wanted('max_locks_per_transaction'),
  }
}
