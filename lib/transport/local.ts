import { type ChildProcess, spawn } from 'node:child_process'
import { connect } from 'node:net'
import type { Duplex, Readable, Writable } from 'node:stream'
import { UserError } from '../core/errors.ts'
import type { Channel } from './channel.ts'
import type { Link } from './connection.ts'

/** The operator's own machine, with the same shells as a host has. */
export class LocalLink implements Link {
  readonly host: string
  readonly isRoot = process.getuid?.() === 0
  readonly #children = new Set<ChildProcess>()

  /** @param signal ends the shells */
  constructor(host: string, signal: AbortSignal) {
    this.host = host
    signal.addEventListener('abort', () => void this.close(), { once: true })
  }

  async openChannel(command: string): Promise<Channel> {
    // A process group of its own: Ctrl-C at the terminal is for the run, which decides what becomes of a running step.
    const child = spawn('/bin/sh', ['-c', command], { stdio: 'pipe', detached: true })
    this.#children.add(child)
    child.on('close', () => this.#children.delete(child))
    return processChannel(child)
  }

  forward(host: string, port: number): Promise<Duplex> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port, noDelay: true })
      const fail = (cause: Error): void =>
        reject(new UserError('E_FORWARD_FAILED', `no way to ${host}:${port}: ${cause.message}`, { cause }))
      socket.once('error', fail)
      socket.once('connect', () => resolve(socket.off('error', fail)))
    })
  }

  async close(): Promise<void> {
    for (const child of this.#children) cutOff(child)
  }
}

/** A child process as a channel. */
export function processChannel(child: ChildProcess): Channel {
  const { stdin, stdout, stderr } = child as { stdin: Writable; stdout: Readable; stderr: Readable }
  const ended = new AbortController()
  let how = 'it ended'
  child.on('error', (error) => {
    how = error.message
    ended.abort()
  })
  child.on('exit', (code, signal) => {
    how = signal === null ? `it ended with status ${code}` : `it was killed by ${signal}`
  })
  child.on('close', () => ended.abort())
  // EPIPE when the shell ends first; 'close' follows.
  stdin.on('error', () => {})
  return {
    stdin,
    stdout,
    stderr,
    ended: ended.signal,
    end: () => ({ connectionLost: false, how }),
    destroy: () => {
      cutOff(child)
      ended.abort()
    },
  }
}

/** As a lost connection does: the streams end, the running step does not. */
function cutOff(child: ChildProcess): void {
  child.stdin?.destroy()
  child.stdout?.destroy()
  child.stderr?.destroy()
}
