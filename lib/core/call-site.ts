import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** `file:line` of whoever called `callee`, relative to the current folder: errors name the user's line, not ours. */
export function callSite(callee: (...args: never[]) => unknown): string {
  const holder: { stack?: string } = {}
  Error.captureStackTrace(holder, callee)
  const frame = holder.stack?.split('\n').find((line) => line.trim().startsWith('at ')) ?? ''
  const match = /\(?((?:file:\/\/)?\/[^():]+):(\d+):\d+\)?$/.exec(frame.trim())
  if (match?.[1] === undefined) return 'unknown'
  const path = match[1].startsWith('file://') ? fileURLToPath(match[1]) : match[1]
  return `${relative(process.cwd(), path) || path}:${match[2]}`
}
