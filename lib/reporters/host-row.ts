import { type Counted, countedAs, isFailure } from '../core/counted.ts'
import type { HostProgress, RunEvent, TaskEnded } from '../core/events.ts'
import { type Palette, paintOf } from './palette.ts'
import { taskName } from './task-text.ts'
import { clean } from './text.ts'

/** One host in the live view. */
export interface HostRow {
  readonly see: (event: RunEvent) => void
  readonly state: () => 'waiting' | 'busy' | 'done' | 'failed'
  /** `12/20  10 ok  2 changed  postgres-primary › pull image`. */
  readonly text: () => string
}

/** @param total tasks of the host in this play; 0 when it is not known yet */
export function createHostRow(total: number, palette: Palette): HostRow {
  const ended = new Map<Counted, number>()
  let phase: HostProgress['phase'] | undefined
  let doing = ''
  let trouble = ''

  const onTask = (event: TaskEnded): void => {
    const counted = countedAs(event)
    ended.set(counted, (ended.get(counted) ?? 0) + 1)
    if (isFailure(event)) trouble = `${taskName(event)}: ${clean(event.error?.message ?? 'failed')}`
  }

  return {
    see: (event) => {
      if (event.type === 'host') phase = event.phase
      if (event.type === 'task') onTask(event)
      if (event.type === 'unreachable') trouble = `unreachable: ${clean(event.error.message)}`
      // Tasks that need no connection of their own, such as skipped ones, may end before a phase is announced.
      if (event.type === 'task' || event.type === 'task-start') phase ??= 'applying'
      doing = event.type === 'task-start' ? taskName(event) : event.type === 'task' ? '' : doing
    },
    state: () => {
      if (trouble !== '') return 'failed'
      return phase === undefined ? 'waiting' : phase === 'done' ? 'done' : 'busy'
    },
    text: () => {
      const remark =
        trouble !== '' ? palette.red(trouble) : phase === 'done' ? '' : palette.dim(doing || (phase ?? ''))
      return [progress(ended, total), counters(ended, palette), remark]
        .filter((part) => part !== '')
        .join('  ')
    },
  }
}

function progress(ended: ReadonlyMap<Counted, number>, total: number): string {
  if (total === 0) return ''
  const count = [...ended.values()].reduce((sum, each) => sum + each, 0)
  return `${String(count).padStart(String(total).length)}/${total}`
}

function counters(ended: ReadonlyMap<Counted, number>, palette: Palette): string {
  const shown = (
    ['ok', 'changed', 'would-change', 'unknown', 'ignored', 'rescued', 'failed'] as const
  ).filter((status) => ended.has(status))
  return shown
    .map((status) =>
      paintOf(
        status === 'ignored' || status === 'rescued' ? 'failed' : status,
        palette,
      )(`${ended.get(status)} ${status.replace('-', ' ')}`),
    )
    .join('  ')
}
