import type { RunEvent } from '../core/events.ts'
import type { Reporter } from './reporter.ts'

/** A reporter that is still being loaded: keeps what happens meanwhile, and hands it over in order. */
export function deferred(loading: Promise<Reporter>): Reporter {
  const early: RunEvent[] = []
  let loaded: Reporter | undefined
  const ready = loading.then((reporter) => {
    early.forEach((event) => reporter.handle(event))
    loaded = reporter
  })
  ready.catch(() => {}) // reported by finish()
  return {
    handle: (event) => {
      if (loaded === undefined) early.push(event)
      else loaded.handle(event)
    },
    finish: async () => {
      await ready
      await loaded?.finish()
    },
  }
}
