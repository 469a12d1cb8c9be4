import type { RunEvent, TaskEnded } from '../core/events.ts'
import type { Palette } from './palette.ts'
import { taskName } from './task-text.ts'
import { clean, duration, plural } from './text.ts'

/** How many tasks are shown. */
const MOST = 10

interface Spent {
  readonly play: string
  readonly name: string
  readonly totalMs: number
  readonly hosts: number
  /** The host that took longest, and how long. */
  readonly slowest: string
  readonly slowestMs: number
}

/** `--profile`: which tasks took the time. */
export interface Profile {
  readonly see: (event: RunEvent) => void
  /** The slowest tasks, each with its slowest host; empty where no task took any time. */
  readonly lines: (palette: Palette) => string[]
}

export function createProfile(): Profile {
  const tasks = new Map<string, Spent>()
  return {
    see: (event) => {
      if (event.type !== 'task' || event.durationMs <= 0) return
      const key = JSON.stringify([event.play, event.role, event.task, event.module])
      tasks.set(key, add(tasks.get(key), event))
    },
    lines: (palette) => {
      const slowest = [...tasks.values()].toSorted((a, b) => b.slowestMs - a.slowestMs).slice(0, MOST)
      if (slowest.length === 0) return []
      const times = slowest.map(({ slowestMs }) => duration(slowestMs))
      const width = Math.max(...times.map(({ length }) => length))
      const rows = slowest.map((one, i) => `${(times[i] ?? '').padStart(width)}  ${words(one, palette)}`)
      return ['', palette.bold('slowest tasks, with the host that took longest'), ...rows]
    },
  }
}

function add(before: Spent | undefined, event: TaskEnded): Spent {
  const { host, durationMs, play } = event
  const slower = before === undefined || durationMs > before.slowestMs
  return {
    play,
    name: taskName(event),
    totalMs: (before?.totalMs ?? 0) + durationMs,
    hosts: (before?.hosts ?? 0) + 1,
    slowest: slower ? host : before.slowest,
    slowestMs: slower ? durationMs : before.slowestMs,
  }
}

function words({ play, name, hosts, slowest, totalMs }: Spent, palette: Palette): string {
  const where =
    hosts === 1
      ? clean(slowest)
      : `${clean(slowest)}; ${plural(hosts, 'host')}, on average ${duration(totalMs / hosts)}`
  return `${clean(name)}  ${palette.dim(`${where}; play ${clean(play)}`)}`
}
