import { onAbort } from './on-abort.ts'

/** What the work comes to, or the reason of the signal once that aborts. What the work comes to afterwards is dropped. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const forget = onAbort(signal, () => reject(signal.reason as Error))
    work.then(resolve, reject).finally(() => forget())
  })
}
