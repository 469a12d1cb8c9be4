import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** `file:line` of whoever called `callee`, relative to the current folder: errors name the user's line, not ours. */
export function callSite(callee: (...args: never[]) => unknown): string {
  const holder: { stack?: string } = {}
  Error.captureStackTrace(holder, callee)
  const stack = `${process.cwd()}\n${holder.stack ?? ''}`
  const known = places.get(stack)
  if (known !== undefined) return known
  const place = firstFrame(holder.stack ?? '')
  places.set(stack, place)
  return place
}

/** By the stack that leads there: a line of a playbook makes a task for each host, and one text names it in all of them. */
const places = new Map<string, string>()

/** `file:line` of the project from which `callee` was called, which may have been in some package; undefined in none of its own. */
export function calledFrom(callee: (...args: never[]) => unknown): string | undefined {
  const holder = new Error()
  Error.captureStackTrace(holder, callee)
  return placeOfError(holder)
}

/** `file:line` of the innermost frame of an error that is in no package and not in Node.js itself. */
export const placeOfError = (error: unknown): string | undefined =>
  error instanceof Error ? ownPlaces(error)[0] : undefined

/** The same for arguments that were refused: where they were written. */
export const placeOfArguments = (error: Error): string | undefined => outsideOfModules(ownPlaces(error))

/**
 * Where code of the project threw an error, and from where in the project that was called. Empty where code of this library
 * threw it, or where nothing is known. What other packages and Node.js do counts as done by whoever called them.
 */
export function placesOfFault(error: unknown): readonly string[] {
  const files = framesIn(error instanceof Error ? (error.stack ?? '') : '').filter(
    ({ path }) => isOurs(path) || !isOfPackage(path),
  )
  const [first] = files
  if (first === undefined || isOurs(first.path)) return []
  return files.filter(({ path }) => !isOurs(path)).map(placeOf)
}

/** The sources in a checkout, and what is compiled from them in an installed package. */
const ROOT = fileURLToPath(new URL('../../', import.meta.url))

const isOurs = (path: string): boolean =>
  path.startsWith(ROOT) && /^(?:lib|roles|playbooks|chunks|dist)\//.test(path.slice(ROOT.length))

const isOfPackage = (path: string): boolean => path.includes('/node_modules/')

const ownPlaces = ({ stack = '' }: Error): string[] =>
  framesIn(stack)
    .filter(({ path }) => !isOfPackage(path))
    .map(placeOf)

const firstFrame = (stack: string): string => outsideOfModules(placesIn(stack)) ?? 'unknown'

// A function in `modules/` that makes tasks is a module to whoever calls it: what they wrote is named, not what is in it.
function outsideOfModules(places: Iterable<string>): string | undefined {
  let first: string | undefined
  for (const place of places) {
    if (!place.startsWith('modules/')) return place
    first ??= place
  }
  return first
}

/** Most are not looked at: the first is that of the playbook. */
function* placesIn(stack: string): Generator<string> {
  for (const text of stack.split('\n')) for (const frame of frameIn(text)) yield placeOf(frame)
}

interface Frame {
  /** Absolute. */
  readonly path: string
  readonly line: string
}

const placeOf = ({ path, line }: Frame): string => `${relative(process.cwd(), path) || path}:${line}`

/** The frames that are in files: `node:internal/process/task_queues` is none. */
const framesIn = (stack: string): Frame[] => stack.split('\n').flatMap(frameIn)

function frameIn(text: string): Frame[] {
  const match = /^at (?:.*?[ (])??((?:file:\/\/)?\/[^():]+):(\d+):\d+\)?$/.exec(text.trim())
  if (match?.[1] === undefined || match[2] === undefined) return []
  const path = match[1].startsWith('file://') ? fileURLToPath(match[1]) : match[1]
  return [{ path, line: match[2] }]
}
