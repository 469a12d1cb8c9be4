/** What is done about signals. */
export interface OnSignal {
  /** The first one: no further change is begun. */
  readonly first: () => void
  /** The next one: the run ends at once. */
  readonly second: () => void
}

/** A terminal sends Ctrl-C to npm too, which passes it on: two signals so close are one press. */
const ONE_PRESS_MS = 100

/**
 * Ctrl-C, SIGTERM and SIGHUP, which a terminal sends when it is closed, are the same: the first one lets the change
 * that is under way finish and begins no other, the second one ends the run. A closed terminal may send SIGHUP more
 * than once, so that it is never the second one.
 * @returns ends the handling
 */
export function onInterrupt({ first, second }: OnSignal): () => void {
  let times = 0
  let last = -Infinity
  const handle = (signal: NodeJS.Signals): void => {
    const now = performance.now()
    const again = times > 0 && (signal === 'SIGHUP' || now - last < ONE_PRESS_MS)
    last = now
    if (again) return
    times++
    if (times === 1) first()
    else second()
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, handle)
  return () => signals.forEach((signal) => process.off(signal, handle))
}
