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

/** `file:line` of the innermost frame of an error that is in no package and not in Node.js itself. */
export const placeOfError = (error: unknown): string | undefined =>
  error instanceof Error ? ownPlaces(error)[0] : undefined

/** The same for arguments that were refused: where they were written. */
export const placeOfArguments = (error: Error): string | undefined => outsideOfModules(ownPlaces(error))

const ownPlaces = ({ stack = '' }: Error): string[] =>
  placesIn(
    stack
      .split('\n')
      .filter((line) => !line.includes('/node_modules/'))
      .join('\n'),
  )

const firstFrame = (stack: string): string => outsideOfModules(placesIn(stack)) ?? 'unknown'

// A function in `modules/` that makes tasks is a module to whoever calls it: what they wrote is named, not what is in it.
const outsideOfModules = (places: readonly string[]): string | undefined =>
  places.find((place) => !place.startsWith('modules/')) ?? places[0]

function placesIn(stack: string): string[] {
  return stack.split('\n').flatMap((line) => {
    const match = /^at .*?\(?((?:file:\/\/)?\/[^():]+):(\d+):\d+\)?$/.exec(line.trim())
    if (match?.[1] === undefined) return []
    const path = match[1].startsWith('file://') ? fileURLToPath(match[1]) : match[1]
    return [`${relative(process.cwd(), path) || path}:${match[2]}`]
  })
}
