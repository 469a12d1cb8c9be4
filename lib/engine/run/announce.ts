import type { Item } from '../../playbook/program.ts'
import type { Session } from '../session.ts'

/** Tells which change is being made. */
export type Announce = (item: Item) => void

/** Tells that a task of this host is being changed, wherever it runs. */
export const announcer =
  ({ host, mode }: Session): Announce =>
  ({ play, role, task }) =>
    mode.emit({ type: 'task-start', play, host: host.name, role, task: task.name, module: task.module.name })
