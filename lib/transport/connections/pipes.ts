import type { ChildProcess } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { UserError } from '../../core/errors.ts'

/** What is written to a process, and what it writes. */
export interface Pipes {
  readonly stdin: Writable
  readonly stdout: Readable
  readonly stderr: Readable
}

/**
 * The pipes of a process that was just started.
 * @throws UserError E_CHANNEL_FAILED where it has none: no more files could be opened, and it does not run
 */
export function pipesOf(child: ChildProcess): Pipes {
  // Without room for them Node.js leaves them out, whatever its types say.
  const { stdin, stdout, stderr } = child as Partial<ChildProcess>
  if (stdin && stdout && stderr) return { stdin, stdout, stderr }
  // It says so later, too, which must not end this process.
  child.on('error', () => {})
  throw new UserError('E_CHANNEL_FAILED', `${child.spawnfile} cannot be started: too many files are open`, {
    hint: 'Raise the limit (ulimit -n), or run the playbook on some hosts at a time (--limit).',
  })
}
