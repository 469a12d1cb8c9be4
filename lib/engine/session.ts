import type { RunEvent } from '../core/events.ts'
import type { Question } from '../core/probe.ts'
import { EVERYTHING, type Resource } from '../core/resource.ts'
import type { Task } from '../core/task.ts'
import type { Host } from '../playbook/inventory.ts'
import type { PostgresChannel } from '../postgres/channel.ts'
import type { Connection } from '../transport/transport.ts'
import type { Result } from './plan-task.ts'
import { Snapshot } from './snapshot.ts'

export type User = 'login' | 'root'

/** How a run treats every host. */
export interface RunMode {
  readonly check: boolean
  /** Show what differs in file bodies. */
  readonly diff: boolean
  /** False: one task at a time, nothing planned on a prediction. */
  readonly batch: boolean
  readonly emit: (event: RunEvent) => void
  /** Aborted when the operator asked to stop: no further change is begun. */
  readonly stop: AbortSignal
}

/** One host for the length of a run: its connection, and what is known of it. */
export interface Session {
  readonly host: Host
  readonly mode: RunMode
  readonly connection: Connection
  readonly postgres: PostgresChannel
  readonly snapshots: Readonly<Record<User, Snapshot>>
  readonly results: Map<Task, Result>
  /** What changes of the current play may have altered on other hosts. */
  readonly abroad: Resource[]
}

/** A question and whose eyes it is asked with. */
export interface Wanted {
  readonly user: User
  readonly question: Question
}

export function createSession(
  host: Host,
  mode: RunMode,
  connection: Connection,
  postgres: PostgresChannel,
): Session {
  const snapshots = { login: new Snapshot(), root: new Snapshot() }
  return { host, mode, connection, postgres, snapshots, results: new Map(), abroad: [] }
}

export const userOf = (item: { readonly become: boolean }): User => (item.become ? 'root' : 'login')

// What only the host itself can see. Everything else, a database or a tunnel, may be seen from the other hosts.
const LOCAL = /^(path|package|service|docker|pgbackrest):/

/**
 * Notes a planned change in what is known of the host, with either user's eyes. What it leaves behind is foretold for
 * the user who makes it: the other one may not be allowed to see it. A database looks the same to both.
 */
export function planned(
  session: Session,
  maker: User,
  by: string,
  touches: readonly Resource[],
  own: readonly Question[],
  leaves: Parameters<Snapshot['plan']>[3],
): void {
  const shared = leaves.filter(({ question }) => question.reader.channel === 'postgres')
  for (const user of ['login', 'root'] as const) {
    session.snapshots[user].plan(by, touches, own, user === maker ? leaves : shared)
  }
  session.abroad.push(...touches.filter((touch) => !LOCAL.test(touch)))
}

/** The planned changes have been made. */
export function settle(session: Session): void {
  for (const snapshot of Object.values(session.snapshots)) snapshot.settle()
}

/** Takes nothing for known any more. */
export function forget(session: Session): void {
  for (const snapshot of Object.values(session.snapshots)) snapshot.forget([EVERYTHING])
}

/**
 * What others changed may show here too. A dry run cannot ask again, so it takes the answers for unknown;
 * a real run asks.
 */
export function hearOfOthers(session: Session, by: string, touches: readonly Resource[]): void {
  if (touches.length === 0) return
  for (const snapshot of Object.values(session.snapshots)) {
    if (session.mode.check) snapshot.plan(by, touches, [], [])
    else snapshot.forget(touches)
  }
}
