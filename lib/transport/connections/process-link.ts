import { type ChildProcess, spawn } from 'node:child_process'
import { type Socket, connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { UnreachableError, UserError } from '../../core/errors.ts'
import { hostPort } from '../../core/host-port.ts'
import { onAbort } from '../../core/on-abort.ts'
import { quote } from '../../core/sh.ts'
import type { Channel } from '../channel.ts'
import type { Link } from '../connection-type.ts'
import { listensHint } from '../listens-hint.ts'
import { forwardByCommand } from './forward-by-command.ts'
import { pipesOf } from './pipes.ts'

/** How child processes of this machine reach a host. */
export interface ProcessLinkOptions {
  /** Program and arguments that run `command`, text for a POSIX shell: `['chroot', path, '/bin/sh', '-c', command]`. */
  readonly argv: (command: string) => readonly [string, ...string[]]
  /** The environment of that program. @default this process's own */
  readonly env?: NodeJS.ProcessEnv | undefined
  /** The commands are known to run as root. @default false */
  readonly isRoot?: boolean | undefined
  /** The host has the network of this machine. Otherwise TCP goes through socat, perl, bash or another program there. @default false */
  readonly sameNetwork?: boolean | undefined
}

/**
 * A link whose channels are child processes of this one.
 *
 * @param signal ends them
 *
 * @example
 * defineConnection({
 *   name: 'incus',
 *   open: async (host, signal) =>
 *     processLink(host.name, signal, {
 *       argv: (command) => ['incus', 'exec', host.name, '--', '/bin/sh', '-c', command],
 *     }),
 * })
 */
export function processLink(host: string, signal: AbortSignal, options: ProcessLinkOptions): Link {
  const children = new Set<ChildProcess>()
  const sockets = new Set<Socket>()
  let over = false
  const cut = (): void => {
    over = true
    children.forEach(cutOff)
    for (const socket of sockets)
      socket.destroy(socket.connecting ? new Error(`the connection to ${host} was closed`) : undefined)
  }
  const forget = onAbort(signal, cut)
  // What begins after the cut would go on for ever.
  const checkOpen = (): void => {
    if (over) throw new UnreachableError('E_CONNECTION_LOST', `the connection to ${host} was closed`)
  }
  const link: Link = {
    host,
    isRoot: options.isRoot ?? false,
    tryIt: options.argv('true').map(shown).join(' '),
    openChannel: async (command) => {
      checkOpen()
      const [program, ...args] = options.argv(command)
      // A process group of its own: Ctrl-C at the terminal is for the run, which decides what becomes of a running step.
      const child = spawn(program, args, { stdio: 'pipe', detached: true, env: options.env ?? process.env })
      children.add(child)
      child.on('close', () => children.delete(child))
      return processChannel(child)
    },
    forward: async (to, port) => {
      checkOpen()
      return options.sameNetwork === true
        ? forwardHere(host, to, port, sockets)
        : forwardByCommand(link, to, port)
    },
    close: async () => {
      forget()
      cut()
    },
  }
  return link
}

// As one would type it.
const shown = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : quote(word))

function forwardHere(from: string, host: string, port: number, sockets: Set<Socket>): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true })
    // Also one that is not connected yet: it must not outlive the link.
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    const fail = (cause: Error): void => {
      const what = `no connection to ${hostPort(host, port)} from ${from}: ${cause.message}`
      reject(new UserError('E_FORWARD_FAILED', what, { cause, hint: listensHint(from, host, port) }))
    }
    socket.once('error', fail)
    socket.once('connect', () => resolve(socket.off('error', fail)))
  })
}

/**
 * A child process with three pipes as a channel.
 * @throws UserError E_CHANNEL_FAILED where too many files are open to start it
 */
export function processChannel(child: ChildProcess): Channel {
  const { stdin, stdout, stderr } = pipesOf(child)
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

/** As a lost connection does: the streams end, the running step does not, and nobody waits for it. */
function cutOff(child: ChildProcess): void {
  child.unref()
  child.stdin?.destroy()
  child.stdout?.destroy()
  child.stderr?.destroy()
}
