import type { Item } from '../../playbook/program.ts'
import type { Session } from '../session.ts'

/** Tells that a task of this host is being changed, wherever it runs. */
export const announcer =
  ({ host, mode }: Session) =>
  ({ play, role, task }: Item): void =>
    mode.emit({ type: 'task-start', play, host: host.name, role, task: task.name, module: task.module.name })
