/** What waits for a signal. One listener a signal, however many wait: Node warns of a leak from the eleventh on. */
const waiting = new WeakMap<AbortSignal, Set<() => void>>()

/**
 * Calls back once when the signal aborts. When it has, it calls back before it returns: the callback must not use what
 * this returns.
 *
 * @returns forgets the callback
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  if (signal.aborted) {
    callback()
    return () => {}
  }
  let callbacks = waiting.get(signal)
  if (callbacks === undefined) {
    const all = (callbacks = new Set())
    waiting.set(signal, all)
    signal.addEventListener('abort', () => all.forEach((one) => one()), { once: true })
  }
  // Of its own, so that a function that is given twice is called twice.
  const own = (): void => callback()
  callbacks.add(own)
  return () => void callbacks.delete(own)
}
