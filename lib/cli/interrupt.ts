/**
 * Ctrl-C: the first lets the changes that are under way finish and begins no other; the second gives up the
 * connections; each host ends its current command by itself either way. SIGTERM counts as one.
 */
export function onInterrupt(stop: AbortController, tell: (text: string) => void): () => void {
  let times = 0
  const handle = (): void => {
    times++
    if (times === 1) {
      tell('stopping after the changes under way; press Ctrl-C again to stop at once')
      stop.abort()
    } else process.exit(130)
  }
  process.on('SIGINT', handle).on('SIGTERM', handle)
  return () => process.off('SIGINT', handle).off('SIGTERM', handle)
}
