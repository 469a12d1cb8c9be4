import { onAbort } from './on-abort.ts'

/**
 * Waits so many milliseconds, or until the signal aborts: for whatever many hosts may do at once. Node's own `setTimeout` adds a
 * listener for each, and warns of a leak.
 */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const end = (): void => {
      clearTimeout(timer)
      forget()
      resolve()
    }
    const timer = setTimeout(end, ms)
    const forget = onAbort(signal, end)
  })
}
