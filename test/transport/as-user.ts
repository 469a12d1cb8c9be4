import { spawn } from 'node:child_process'
import type { ConnectionOptions } from '../../lib/transport/connection-options.ts'
import type { Link } from '../../lib/transport/connection-type.ts'
import { ShellConnection } from '../../lib/transport/connection.ts'
import { processChannel } from '../../lib/transport/connections/process-link.ts'

/** A user id that nobody else has, so that a test's lock is its own whatever else runs on the machine. */
export const UID = process.getuid?.() === 0 ? 100_000 + process.pid : (process.getuid?.() ?? 0)

/** Where that user's lock is. */
export const LOCK = `/tmp/run-playbook-${UID}.lock`

/** Shells of this machine under a user id. @param shell instead of /bin/sh */
export function connectAsUser(
  uid: number,
  options: ConnectionOptions = {},
  shell = '/bin/sh',
): ShellConnection {
  return new ShellConnection(asUser(uid, shell), options)
}

/** The way to them. */
export function asUser(uid: number, shell = '/bin/sh'): Link {
  return {
    host: 'here',
    isRoot: false,
    openChannel: async (command) => {
      const identity = process.getuid?.() === 0 ? { uid, gid: uid } : {}
      const args = ['-c', command.replace('/bin/sh', shell)]
      return processChannel(
        spawn('/bin/sh', args, {
          ...identity,
          detached: true,
          cwd: '/',
          env: { HOME: '/', XDG_RUNTIME_DIR: '/nowhere' },
        }),
      )
    },
    forward: () => Promise.reject(new Error('not here')),
    close: async () => {},
  }
}
