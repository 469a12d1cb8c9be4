import type { Change } from './change.ts'
import type { Announce } from './announce.ts'

/** Milliseconds between two replies of one frame. */
const AT_ONCE_MS = 1

/**
 * Tells which change is being made, and how long each took. A host replies to brief steps together: they share the time.
 *
 * @param skip replies that come before those of the changes
 */
export function stopwatch(announce: Announce, skip: number, entries: readonly { change: Change }[]) {
  const spent = new Map<Change, number>()
  let since = performance.now()
  let before = since
  let together: Change[] = []
  const begin = (index: number): void => {
    const change = entries[index]?.change
    if (change !== undefined && change !== entries[index - 1]?.change) announce(change.item)
  }
  const share = (ms: number): void => {
    for (const change of together) spent.set(change, (spent.get(change) ?? 0) + ms / together.length)
  }
  if (skip === 0) begin(0)
  return {
    spent: (change: Change) => spent.get(change) ?? 0,
    onReply: (index: number) => {
      const now = performance.now()
      const change = entries[index - skip]?.change
      if (now - since < AT_ONCE_MS) share(before - since)
      else {
        before = since
        together = []
      }
      if (change !== undefined) together.push(change)
      share(now - before)
      since = now
      begin(index - skip + 1)
    },
  }
}
