import { spawn } from 'node:child_process'
import type { TaskList } from '../../lib/core/task.ts'
import type { TestShell } from '../../lib/testing/shells.ts'
import { ShellConnection } from '../../lib/transport/connection.ts'
import { processChannel } from '../../lib/transport/connections/process-link.ts'
import { type How, type LocalRun, runLocal } from './run-local.ts'

/** Runs tasks through a shell of one's own, such as one in a namespace, as root: the whole engine, without SSH. */
export function runOn(shell: TestShell, tasks: () => TaskList, how: How = {}): Promise<LocalRun> {
  const [program = 'sh', ...rest] = shell
  const link = {
    host: 'machine',
    isRoot: true,
    openChannel: async (script: string) => processChannel(spawn(program, [...rest, '-c', script])),
    forward: () => Promise.reject(new Error('not here')),
    close: async () => {},
  }
  return runLocal(tasks, { ...how, transport: { connect: async () => new ShellConnection(link, {}) } })
}
