import { type ChildProcess, spawn } from 'node:child_process'
import type { Duplex } from 'node:stream'
import { tailOf } from '../channel.ts'
import { duplexOf } from '../connections/duplex.ts'
import { pipesOf } from '../connections/pipes.ts'

/** A process whose input and output are a connection: a ProxyCommand, `ssh -W`. */
export interface ProcessStream {
  readonly stream: Duplex
  readonly child: ChildProcess
  /** Resolves when it has ended, or soon. */
  ended(): Promise<void>
  /** What it wrote on standard error, and how it ended when it has. */
  said(): string
}

/** Milliseconds for a process to end by itself. */
export const END_TIMEOUT = 1000

/** Starts a program as a connection. It ends with the stream. @throws UserError E_CHANNEL_FAILED */
export function processStream(file: string, args: readonly string[]): ProcessStream {
  // A process group of its own: Ctrl-C at the terminal is for the run, and a shell's children end with it.
  const child = spawn(file, args, { stdio: 'pipe', detached: true })
  const { stdin, stdout, stderr } = pipesOf(child)
  const tail = tailOf(stderr)
  let how = ''
  const stream = duplexOf({ stdin, stdout }, () => {
    stdin.destroy()
    stdout.destroy()
  })
  stdout.on('error', (error) => stream.destroy(error))
  stdout.once('end', () => stream.push(null))
  // The other side may end first; what reads from the stream sees it close.
  stream.on('error', () => {})
  stdin.on('error', () => {})
  child.on('error', (error) => {
    how = error.message
    stream.destroy()
  })
  child.on('exit', (code, signal) => {
    how = signal === null ? `it ended with status ${code}` : `it was killed by ${signal}`
  })
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  void closed.then(() => {
    // What was not read yet is still to be had.
    if (stream.readableLength > 0) stream.once('end', () => stream.destroy())
    else stream.destroy()
  })
  // One that ends by itself has a status to tell.
  stream.on('close', () => void setTimeout(() => endGroup(child), stdout.readableEnded ? 200 : 0).unref())
  const ended = async (): Promise<void> => {
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, END_TIMEOUT).unref())])
  }
  return { stream, child, ended, said: () => [tail(), how].filter(Boolean).join('; ') }
}

/** Ends a process that leads a group, and its children, also those that ignore the end of their leader. */
export function endGroup(child: ChildProcess): void {
  const { pid, exitCode, signalCode } = child
  if (pid === undefined || exitCode !== null || signalCode !== null) return
  /** @returns whether there is anybody in the group: as long as there is, no other one has its number */
  const kill = (signal: NodeJS.Signals | 0): boolean => {
    try {
      return process.kill(-pid, signal)
    } catch {
      return false
    }
  }
  kill('SIGHUP')
  const timer = setTimeout(() => kill('SIGKILL'), END_TIMEOUT)
  timer.unref()
  child.once('exit', () => {
    if (!kill(0)) clearTimeout(timer)
  })
}
