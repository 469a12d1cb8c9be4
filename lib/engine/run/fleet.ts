import { messageOf } from '../../core/error-message.ts'
import { UnreachableError, UserError } from '../../core/errors.ts'
import type { ErrorReport } from '../../core/events.ts'
import { onAbort } from '../../core/on-abort.ts'
import type { Host } from '../../playbook/inventory.ts'
import type { Transport } from '../../transport/transport.ts'
import { describeError } from '../report/failure.ts'
import { Place, Places } from '../places.ts'
import { type OtherHosts, type RunMode, type Session, createSession } from '../session.ts'
import type { Ended } from '../plan/ended.ts'
import type { Result } from '../plan/result.ts'
import { Logins } from './logins.ts'
import { type Expected, OnceTasks } from './once.ts'
import { reconnect } from './reconnect.ts'

const TASK_FAILED: ErrorReport = { code: 'E_FAILED', message: 'a task failed on it' }

/** The connections of a run. A host that is lost, or on which a task failed, takes no further part. */
export class Fleet {
  private readonly ended = new OnceTasks<Ended | undefined>()
  private readonly foreseen = new OnceTasks<Result>()
  private readonly open = new Map<Host, Session>()
  private readonly opening = new Map<Host, Promise<void>>()
  private readonly out = new Map<Host, ErrorReport>()
  /** Interrupt attempts to connect, and the connections of a dry run. */
  private readonly attempts = new Set<AbortController>()
  /** Cut connections off, whatever runs over them. */
  private readonly cutOff = new Set<AbortController>()
  /** Interrupt logins that nobody waits for any more. */
  private readonly pending = new Set<AbortController>()
  private readonly forget: (() => void)[]
  /** The run has ended: a login that comes about now is too late. */
  private over = false
  private readonly hosts: readonly Host[]
  private readonly mode: RunMode
  private readonly transportOf: (host: Host) => Transport
  private readonly places: Places
  private readonly logins = new Logins()
  private readonly others: OtherHosts

  constructor(hosts: readonly Host[], mode: RunMode, transportOf: (host: Host) => Transport, forks: number) {
    this.hosts = hosts
    this.mode = mode
    this.transportOf = transportOf
    this.places = new Places(forks)
    this.others = {
      sessionOf: (name) => this.sessionOf(name),
      reconnect: (session, how) => reconnect(session, this.transportOf(session.host), how),
      connect: ({ host }) =>
        this.transportOf(host).connect(host, this.mode.stopNow ?? new AbortController().signal),
      once: (key, host, work) => this.ended.run(key, host, work),
      planOnce: (key, host, plan) => this.foreseen.run(key, host, plan),
      missed: (host, keys) => this.missed(host, keys),
    }
    // One listener for all hosts, however many there are.
    const { stop, stopNow } = mode
    this.forget = [onAbort(stop, () => this.stop())]
    if (stopNow !== undefined) this.forget.push(onAbort(stopNow, () => this.cut(stopNow.reason)))
  }

  sessions(): Session[] {
    return [...this.open.values()]
  }

  /** Whether a host takes part: it is connected, or is about to be, and nothing went wrong on it. */
  has(host: Host): boolean {
    return (this.open.has(host) || this.opening.has(host)) && !this.out.has(host)
  }

  /** Why a host takes no further part. */
  trouble(host: Host): ErrorReport | undefined {
    return this.out.get(host)
  }

  /** Lets a host that was lost take part again: over a new connection. */
  async giveAnotherChance(host: Host): Promise<void> {
    if (!this.out.delete(host)) return
    const session = this.open.get(host)
    this.open.delete(host)
    this.opening.delete(host)
    await session?.channels.close()
    await session?.connection.close().catch(() => {})
  }

  /** Connects to those not connected yet. `needed`: one that cannot be reached counts as a failure. */
  async connect(hosts: readonly Host[], needed: boolean): Promise<void> {
    await Promise.all(hosts.map((host) => this.begin(host, needed)))
  }

  private begin(host: Host, needed: boolean): Promise<void> {
    const known = this.opening.get(host)
    if (known !== undefined) return known
    const opening = this.connectOne(host, needed)
    this.opening.set(host, opening)
    return opening
  }

  private async connectOne(host: Host, needed: boolean): Promise<void> {
    const { check, stop, emit } = this.mode
    if (needed) emit({ type: 'host', host: host.name, phase: 'connecting' })
    const attempt = new AbortController()
    if (stop.aborted || this.over) attempt.abort(stop.reason)
    this.attempts.add(attempt)
    this.pending.add(attempt)
    try {
      const logIn = () => this.transportOf(host).connect(host, attempt.signal)
      const connection = await this.logins.run(logIn)
      if (this.over) return await connection.close()
      // The changes under way are let finish; a dry run has none, and is cut off at once.
      if (!check) this.attempts.delete(attempt)
      this.cutOff.add(attempt)
      this.open.set(host, createSession(host, this.mode, connection, this.others, new Place(this.places)))
    } catch (error) {
      this.attempts.delete(attempt)
      this.out.set(host, describeError(error))
      if (this.over) return
      if (needed) this.lost(host, 'log in', error)
      else this.warn(host, error)
    } finally {
      this.pending.delete(attempt)
    }
  }

  private async sessionOf(name: string): Promise<Session> {
    const host = this.hosts.find((one) => one.name === name)
    if (host === undefined) throw new UserError('E_UNKNOWN_HOST', `there is no host ${name}`)
    await this.begin(host, false)
    const session = this.open.get(host)
    const trouble = this.out.get(host)
    if (session !== undefined && trouble === undefined) return session
    const { code, message, hint } = trouble ?? TASK_FAILED
    throw new UserError(code, `${name}: ${message}`, { hint })
  }

  /** A play begins, with these tasks that run once for all hosts. */
  beginOnce(expected: readonly Expected[]): void {
    this.ended.begin(expected)
    this.foreseen.begin(expected)
  }

  private missed(host: string, keys?: readonly string[]): void {
    this.ended.missed(host, keys)
    this.foreseen.missed(host, keys)
  }

  /**
   * Works on the hosts that are left, as many at a time as `--forks` allows; one that does not answer is not counted.
   * Whatever goes wrong on one, a fault of ours included, is told of that host and ends nothing on the others.
   * @param needed false for a host on which a failure is only worth a warning
   * @returns the hosts on which it went wrong
   */
  async each(
    hosts: readonly Host[],
    work: (session: Session) => Promise<boolean>,
    needed: (host: Host) => boolean = () => true,
  ): Promise<readonly Host[]> {
    const done = hosts.map(async (host) => {
      // Waiting for a host that does not answer takes nobody's place.
      await this.opening.get(host)
      const place = this.open.get(host)?.place
      await place?.begin()
      const ok = await this.workOn(host, work, needed).finally(() => place?.give())
      this.missed(host.name)
      return ok ? [] : [host]
    })
    return (await Promise.all(done)).flat()
  }

  private async workOn(
    host: Host,
    work: (session: Session) => Promise<boolean>,
    needed: (host: Host) => boolean,
  ): Promise<boolean> {
    const session = this.open.get(host)
    if (session === undefined || this.out.has(host) || this.mode.stop.aborted) return false
    try {
      const ok = await work(session)
      if (!ok) this.out.set(host, TASK_FAILED)
      return ok
    } catch (error) {
      this.out.set(host, describeError(error))
      if (needed(host)) this.lost(host, 'work on the host', error)
      else this.warn(host, error)
      return false
    }
  }

  async close(): Promise<void> {
    this.over = true
    for (const attempt of this.pending) attempt.abort(new Error('the run has ended'))
    await Promise.allSettled(
      this.sessions().map(async ({ channels, connection }) => {
        await channels.close()
        await connection.close()
      }),
    )
    for (const one of this.forget) one()
  }

  /** The change that runs on each host is finished, no other is begun. A dry run is cut off. */
  private stop(): void {
    this.interrupt(this.mode.stop.reason)
    if (this.mode.check) return
    for (const { connection } of this.sessions()) void connection.stop().catch(() => {})
  }

  private interrupt(reason: unknown): void {
    for (const attempt of this.attempts) attempt.abort(reason)
  }

  private cut(reason: unknown): void {
    this.interrupt(reason)
    for (const one of this.cutOff) one.abort(reason)
  }

  private lost(host: Host, during: string, error: unknown): void {
    // Who asked to stop knows why the host is gone.
    if (this.mode.stop.aborted && error instanceof UnreachableError) return
    if (error instanceof UnreachableError) {
      this.mode.emit({ type: 'unreachable', host: host.name, error: describeError(error) })
      return
    }
    this.mode.emit({
      type: 'task',
      play: '',
      host: host.name,
      role: '',
      task: error instanceof UserError && error.code === 'E_BECOME_FAILED' ? 'log in' : during,
      module: 'connection',
      status: 'failed',
      changes: [],
      durationMs: 0,
      at: 'inventory',
      error: describeError(error),
    })
  }

  private warn(host: Host, error: unknown): void {
    const text = `${host.name} could not be asked: ${messageOf(error)}`
    this.mode.emit({ type: 'notice', host: host.name, level: 'warning', text })
  }
}
