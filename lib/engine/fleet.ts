import type { LimitFunction } from 'p-limit'
import { UnreachableError, UserError } from '../core/errors.ts'
import type { ErrorReport } from '../core/events.ts'
import type { Host } from '../playbook/inventory.ts'
import { createPostgresChannel } from '../postgres/channel.ts'
import type { Transport } from '../transport/transport.ts'
import { describeError } from './report.ts'
import { type RunMode, type Session, createSession } from './session.ts'

const TASK_FAILED: ErrorReport = { code: 'E_FAILED', message: 'a task failed on it' }

/** The connections of a run. A host that is lost, or on which a task failed, takes no further part. */
export class Fleet {
  private readonly open = new Map<Host, Session>()
  private readonly out = new Map<Host, ErrorReport>()
  private readonly mode: RunMode
  private readonly transportOf: (host: Host) => Transport
  private readonly limit: LimitFunction

  constructor(mode: RunMode, transportOf: (host: Host) => Transport, limit: LimitFunction) {
    this.mode = mode
    this.transportOf = transportOf
    this.limit = limit
  }

  sessions(): Session[] {
    return [...this.open.values()]
  }

  has(host: Host): boolean {
    return this.open.has(host) && !this.out.has(host)
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
    await session?.connection.close().catch(() => {})
  }

  /** Connects to those not connected yet. `needed`: one that cannot be reached counts as a failure. */
  async connect(hosts: readonly Host[], needed: boolean): Promise<void> {
    const fresh = hosts.filter((host) => !this.open.has(host) && !this.out.has(host))
    await Promise.all(fresh.map((host) => this.limit(() => this.connectOne(host, needed))))
  }

  private async connectOne(host: Host, needed: boolean): Promise<void> {
    if (needed) this.mode.emit({ type: 'host', host: host.name, phase: 'connecting' })
    const { check, stop } = this.mode
    const attempt = new AbortController()
    const giveUp = (): void => attempt.abort(stop.reason)
    stop.addEventListener('abort', giveUp)
    if (stop.aborted) giveUp()
    try {
      const connection = await this.transportOf(host).connect(host, attempt.signal)
      // The changes under way are let finish; a dry run has none, and is cut off at once.
      if (!check) stop.removeEventListener('abort', giveUp)
      this.open.set(host, createSession(host, this.mode, connection, createPostgresChannel(connection)))
    } catch (error) {
      stop.removeEventListener('abort', giveUp)
      this.out.set(host, describeError(error))
      if (needed) this.lost(host, 'log in', error)
      else this.warn(host, error)
    }
  }

  /**
   * Works on the hosts that are left, as many at a time as `--forks` allows. Whatever goes wrong on one, a fault of
   * ours included, is told of that host and ends nothing on the others.
   * @param needed false for a host on which a failure is only worth a warning
   * @returns false when one of them failed
   */
  async each(
    hosts: readonly Host[],
    work: (session: Session) => Promise<boolean>,
    needed: (host: Host) => boolean = () => true,
  ): Promise<boolean> {
    const done = hosts.map((host) =>
      this.limit(async () => {
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
      }),
    )
    return (await Promise.all(done)).every(Boolean)
  }

  async close(): Promise<void> {
    await Promise.allSettled(
      this.sessions().map(async ({ postgres, connection }) => {
        await postgres.close()
        await connection.close()
      }),
    )
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
    const text = `${host.name} could not be asked: ${error instanceof Error ? error.message : String(error)}`
    this.mode.emit({ type: 'notice', host: host.name, level: 'warning', text })
  }
}
