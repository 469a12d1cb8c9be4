import { type ChildProcess, spawn } from 'node:child_process'
import type { Duplex } from 'node:stream'
import { UnreachableError, UserError } from '../../../core/errors.ts'
import { hostPort } from '../../../core/host-port.ts'
import { type Channel, tailOf } from '../../channel.ts'
import { processChannel } from '../../connections/process-link.ts'
import { onAbort } from '../../../core/on-abort.ts'
import { listensHint } from '../../listens-hint.ts'
import { endGroup, processStream } from '../process-stream.ts'
import { FORWARDING_HINT, type SshConnection } from '../target.ts'
import { socketOption } from './launch.ts'

/** A master of OpenSSH's client that is logged in. */
export interface Master {
  readonly child: ChildProcess
  /** Of its control connections. */
  readonly socket: string
  /** The last of what it said. */
  said(): string
  /** Takes away what the connection needed. */
  tidy(): Promise<void>
}

/** Milliseconds after a session that ended with 255, in which the end of the whole connection becomes known. */
const LOSS_TIMEOUT = 500

/** One authenticated connection of OpenSSH's own client; each session is a small ssh that goes through it. */
export class OpenSshLink implements SshConnection {
  readonly host: string
  readonly isRoot: boolean
  readonly tryIt: string
  readonly #master: Master
  readonly #ended: Promise<void>
  readonly #sessions = new Set<Channel>()
  #lost: string | undefined
  #over = false

  constructor(host: string, user: string, master: Master, signal: AbortSignal) {
    this.host = host
    this.isRoot = user === 'root'
    this.tryIt = `ssh ${host} /bin/sh -c true`
    this.#master = master
    const forget = onAbort(signal, () => {
      this.#lost ??= 'interrupted'
      for (const session of this.#sessions) session.destroy()
      endGroup(master.child)
    })
    this.#ended = new Promise((resolve) => {
      const ended = (): void => {
        this.#over = true
        this.#lost ??= master.said().split('\n').at(-1) || 'the connection was closed'
        forget()
        // What cannot be removed is no reason to wait for ever.
        void master.tidy().then(resolve, resolve)
      }
      if (master.child.exitCode !== null || master.child.signalCode !== null) ended()
      else master.child.once('exit', ended)
    })
  }

  async openChannel(command: string): Promise<Channel> {
    this.#mustBeUp()
    const child = spawn('ssh', [...this.#through('-T'), 'host', command], { stdio: 'pipe', detached: true })
    const plain = processChannel(child)
    const said = tailOf(plain.stderr)
    const ended = new AbortController()
    plain.ended.addEventListener('abort', () => {
      // A command may end with 255 itself; where the connection has ended, the master does too.
      const known = child.exitCode === 255 ? this.#endSoon() : Promise.resolve()
      void known.then(() => ended.abort())
    })
    const channel: Channel = {
      ...plain,
      ended: ended.signal,
      end: () =>
        this.#lost === undefined
          ? { ...plain.end(), refused: this.#refused(said()) }
          : { connectionLost: true, how: this.#lost },
      destroy: () => {
        plain.destroy()
        // It is ended, and that is waited for.
        child.ref()
        endGroup(child)
        ended.abort()
      },
    }
    this.#sessions.add(channel)
    ended.signal.addEventListener('abort', () => this.#sessions.delete(channel))
    return channel
  }

  /** A TCP connection from the host, or from this hop to the next one. */
  async forward(host: string, port: number): Promise<Duplex> {
    this.#mustBeUp()
    const target = hostPort(host, port)
    const before = this.#master.said()
    const { stream, said, child } = processStream('ssh', [...this.#through('-v', '-W', target), 'host'])
    const open = await new Promise<boolean>((resolve) => {
      child.stderr?.on('data', () => {
        if (said().includes('master session id')) resolve(true)
      })
      stream.once('close', () => resolve(false))
    })
    if (open) return stream
    // The one who knows why is the master.
    await new Promise((resolve) => setTimeout(resolve, 50))
    this.#mustBeUp()
    const why = this.#master.said().slice(before.length).trim() || said().split('\n').at(-1)
    const reason = /open failed: (.*)/.exec(why ?? '')?.[1] ?? why
    const what = `no connection to ${target} from ${this.host}: ${reason}`
    if (/prohibited/.test(reason ?? ''))
      throw new UserError('E_FORWARD_REFUSED', what, { hint: FORWARDING_HINT })
    throw new UserError('E_FORWARD_FAILED', what, { hint: listensHint(this.host, host, port) })
  }

  onClose(callback: () => void): void {
    void this.#ended.then(callback)
  }

  async close(): Promise<void> {
    this.#lost ??= 'it was closed'
    for (const session of this.#sessions) session.destroy()
    endGroup(this.#master.child)
    await this.#ended
  }

  /** Arguments for a session: the master has read the config, and without it there is to be no connection at all. */
  #through(...options: string[]): string[] {
    return ['-F', 'none', '-S', socketOption(this.#master.socket), '-o', 'ProxyCommand=false', ...options]
  }

  /** What the master says where the server opens no session. */
  #refused(said: string): UserError | undefined {
    const [, why] = /session request failed: (.*)/.exec(said) ?? []
    if (why === undefined) return undefined
    const what = `the server refused to open another session from ${this.host}: ${why.trim()}`
    return new UserError('E_CHANNEL_FAILED', what)
  }

  #mustBeUp(): void {
    if (!this.#over && this.#lost === undefined) return
    throw new UnreachableError('E_CONNECTION_LOST', `the connection to ${this.host} was lost: ${this.#lost}`)
  }

  async #endSoon(): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const soon = new Promise<void>((resolve) => (timer = setTimeout(resolve, LOSS_TIMEOUT)))
    await Promise.race([this.#ended, soon])
    clearTimeout(timer)
  }
}
