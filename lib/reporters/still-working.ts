import type { RunEvent, TaskStarted } from '../core/events.ts'

const FIRST_MS = 10_000
const NEXT_MS = 30_000

/** Speaks up for tasks that take long, so that a silent pipe is not taken for a dead one. */
export interface StillWorking {
  readonly see: (event: RunEvent) => void
  readonly stop: () => void
}

/** @param say called after ten seconds in one task and every thirty from then on */
export function createStillWorking(say: (task: TaskStarted, forMs: number) => void): StillWorking {
  const timers = new Map<string, NodeJS.Timeout>()

  const stop = (host: string): void => {
    clearTimeout(timers.get(host))
    timers.delete(host)
  }

  const wait = (task: TaskStarted, delay: number, elapsed: number): void => {
    const timer = setTimeout(() => {
      say(task, elapsed + delay)
      wait(task, NEXT_MS, elapsed + delay)
    }, delay)
    timers.set(task.host, timer.unref())
  }

  return {
    see: (event) => {
      const over = event.type === 'task' || event.type === 'task-start' || event.type === 'unreachable'
      if (over || (event.type === 'host' && event.phase === 'done')) stop(event.host)
      if (event.type === 'task-start') wait(event, FIRST_MS, 0)
    },
    stop: () => [...timers.keys()].forEach(stop),
  }
}
