import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { onAbort } from '../../core/on-abort.ts'
import { endGroup } from './process-stream.ts'

/** What the ssh client printed. */
export interface Printed {
  readonly stdout: string
  readonly stderr: string
}

/** The ssh client ended with a status that is not 0. */
export class SshFailed extends Error {
  readonly stderr: string

  constructor(stderr: string) {
    super(stderr.trim())
    this.stderr = stderr
  }
}

/**
 * Runs the ssh client of this machine to its end.
 *
 * @param signal ends it, and what the config has it run (`Match exec`)
 * @throws SshFailed, an error with the code ENOENT where there is no ssh client, or the reason of the signal
 */
export function sshProgram(args: readonly string[], signal?: AbortSignal): Promise<Printed> {
  return new Promise((resolve, reject) => {
    const child = spawn('ssh', args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
    const printed = Promise.all([text(child.stdout), text(child.stderr)])
    const aborted = (): void => {
      reject(signal?.reason as Error)
      endGroup(child)
      // What holds them open may not end.
      child.stdout.destroy()
      child.stderr.destroy()
    }
    const forget = signal === undefined ? () => {} : onAbort(signal, aborted)
    child.on('error', (error) => {
      forget()
      reject(error)
    })
    child.on('close', (code) => {
      forget()
      printed.then(([stdout, stderr]) => {
        if (code === 0) resolve({ stdout, stderr })
        else reject(new SshFailed(stderr))
      }, reject)
    })
    printed.catch(() => {})
  })
}
