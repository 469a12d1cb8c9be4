import type { ChannelHost } from '../core/reader.ts'
import type { RunEvent, TaskStarted } from '../core/events.ts'
import type { RestartsHost } from '../core/module.ts'
import { EVERYTHING, EVERYTHING_SHARED, type Resource } from '../core/resource.ts'
import type { Task } from '../core/task.ts'
import type { Host } from '../playbook/inventory.ts'
import type { Item } from '../playbook/program.ts'
import type { Connection } from '../transport/transport.ts'
import { Channels } from './look/channels.ts'
import { type PlannedChange, Snapshot } from './look/snapshot.ts'
import type { Place } from './places.ts'
import type { Trail } from './run/trail.ts'
import type { Result } from './plan/result.ts'
import type { Ended } from './plan/ended.ts'

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
  /** Aborted when the operator does not wait for the changes under way either: connections are cut off. */
  readonly stopNow?: AbortSignal | undefined
  /** Milliseconds that a channel may take to answer. @default 60_000 */
  readonly askTimeoutMs?: number | undefined
  /** Milliseconds that a host without an answer keeps its place among those that are worked on. @default 5000 */
  readonly slowMs?: number | undefined
  /** `--step`: asked before each task of a real run, which then runs one at a time. @default all are run */
  readonly step?: ((question: StepQuestion) => Promise<StepAnswer>) | undefined
}

/** A task that is about to be run. */
export type StepQuestion = Omit<TaskStarted, 'type'>

/** `run all`: this one and all after it, on all hosts. */
export type StepAnswer = 'run' | 'skip' | 'run all'

/** One host for the length of a run: its connection, and what is known of it. */
export interface Session {
  readonly host: Host
  readonly mode: RunMode
  /** Another one after the host was restarted. */
  connection: Connection
  readonly channels: Channels
  readonly snapshot: Snapshot
  readonly results: Map<Task, Result>
  /** What changes of the current play may have altered on other hosts. */
  readonly abroad: Resource[]
  /** How far it came in the last play that it began in this run. */
  trail?: Trail | undefined
  /** Its place among the hosts that are worked on at a time. */
  readonly place: Place
  /** The place of whoever works on it now: its own, or that of a host that delegates to it. */
  worker: Place
  /** The other hosts of the run, for tasks that run there. */
  readonly others: OtherHosts
  /** Work on the host, one after the other: its own tasks and those that other hosts delegate to it. */
  turn: Promise<unknown>
}

/** How a session reaches other hosts, and the same host again. */
export interface OtherHosts {
  /** @throws UnreachableError */
  sessionOf(name: string): Promise<Session>
  /** A new connection after the host went away. @throws UnreachableError when it does not come back in time */
  reconnect(session: Session, how: RestartsHost): Promise<void>
  /** One more connection to the host of the session. @throws UnreachableError */
  connect(session: Session): Promise<Connection>
  /** Runs what is to run once for all hosts of the play, if no other host does. */
  once(key: string, host: string, work: () => Promise<Ended | undefined>): Promise<Once<Ended | undefined>>
  /** Plans it in a dry run, if no other host does. */
  planOnce(key: string, host: string, plan: () => Promise<Result>): Promise<Once<Result>>
  /** The host does not come to these tasks any more. */
  missed(host: string, keys: readonly string[]): void
}

/** A task that runs once for all hosts of a play. */
export interface Once<End> {
  /** Whether this host runs it. */
  readonly mine: boolean
  /** The host that does. */
  readonly by: string
  readonly end: Promise<End>
}

export function createSession(
  host: Host,
  mode: RunMode,
  connection: Connection,
  others: OtherHosts,
  place: Place,
): Session {
  const session: Session = {
    host,
    mode,
    connection,
    channels: new Channels(
      channelHost(host, () => session.connection),
      mode,
    ),
    snapshot: new Snapshot(),
    results: new Map(),
    abroad: [],
    place,
    worker: place,
    others,
    turn: Promise.resolve(),
  }
  return session
}

const channelHost = (host: Host, connection: () => Connection): ChannelHost => ({
  name: host.name,
  forward: (address, port) => connection().forward(address, port),
  countRoundTrip: () => connection().countRoundTrip(),
})

/**
 * Works on a host when nobody else does. Never called by the work itself.
 * @param by the host whose task it is, where it is another one
 */
export function inTurn<T>(session: Session, work: () => Promise<T>, by: Session = session): Promise<T> {
  const turn = by.place.during(session.turn).then(async () => {
    session.worker = by.place
    try {
      return await work()
    } finally {
      session.worker = session.place
    }
  })
  session.turn = turn.catch(() => {})
  return turn
}

/** The host that a task of this one runs on. Waiting for its connection takes no place. @throws UnreachableError */
export const whereRuns = async (session: Session, { delegateTo }: Item): Promise<Session> =>
  delegateTo === undefined ? session : session.place.during(session.others.sessionOf(delegateTo))

/** How a task ends that runs once for all hosts. Waiting for the host that runs it takes no place. */
export async function endOnce<End>(session: Session, running: Promise<Once<End>>) {
  const { mine, by, end } = await session.place.during(running)
  return { mine, by, end: await (mine ? end : session.place.during(end)) }
}

/** Notes a planned change in what is known of the host. */
export function planned(session: Session, change: PlannedChange): void {
  session.snapshot.plan(change)
  const { touches } = change
  if (touches.includes(EVERYTHING)) session.abroad.push(EVERYTHING_SHARED)
  else session.abroad.push(...touches.filter(({ shared }) => shared))
}

/** Lets go of what is known of a host that is done: no task runs on it any more. */
export function letGo({ snapshot, results }: Session): void {
  snapshot.clear()
  results.clear()
}

/** Takes nothing for known any more. */
export const forgetEverything = ({ snapshot }: Session): void => snapshot.forget([EVERYTHING])

/**
 * What others changed may show here too. A dry run cannot ask again, so it takes the answers for unknown;
 * a real run asks.
 */
export function noteChangesOfOthers(
  { mode, snapshot }: Session,
  by: string,
  touches: readonly Resource[],
): void {
  if (touches.length === 0) return
  if (mode.check) snapshot.plan({ by, touches, own: [], leaves: [], user: '' })
  else snapshot.forget(touches)
}
