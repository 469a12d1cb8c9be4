import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** `file:line` of whoever called `callee`, relative to the current folder: errors name the user's line, not ours. */
export function callSite(callee: (...args: never[]) => unknown): string {
  return lazyCallSite(callee)()
}

/** The same, worked out when it is first asked for: a run makes many tasks and names the place of few. */
export function lazyCallSite(callee: (...args: never[]) => unknown): () => string {
  let holder: { stack?: string } | undefined = {}
  Error.captureStackTrace(holder, callee)
  let place = ''
  return () => {
    if (holder !== undefined) place = firstFrame(holder.stack ?? '')
    holder = undefined
    return place
  }
}

function firstFrame(stack: string): string {
  const frame = stack.split('\n').find((line) => line.trim().startsWith('at ')) ?? ''
  const match = /\(?((?:file:\/\/)?\/[^():]+):(\d+):\d+\)?$/.exec(frame.trim())
  if (match?.[1] === undefined) return 'unknown'
  const path = match[1].startsWith('file://') ? fileURLToPath(match[1]) : match[1]
  return `${relative(process.cwd(), path) || path}:${match[2]}`
}
