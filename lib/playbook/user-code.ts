import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { UserError } from '../core/errors.ts'

/**
 * An exception that code of a playbook threw, as an error of the playbook with its line. An error that says itself what
 * is wrong, such as one of a second copy of this library, stays as it is.
 */
export function userFault(code: string, error: unknown, what: string): unknown {
  const own = error instanceof Error ? (error as { code?: unknown }).code : undefined
  if (typeof own === 'string' && /^E_[A-Z_]+$/.test(own)) return error
  const message = error instanceof Error ? error.message : String(error)
  return new UserError(code, `${what}: ${message}`, { at: thrownAt(error), cause: error })
}

/** `file:line` of the innermost frame that is in no package and not in Node.js itself. */
function thrownAt(error: unknown): string | undefined {
  const frames = error instanceof Error ? (error.stack ?? '').split('\n') : []
  for (const frame of frames) {
    const match = /\(?((?:file:\/\/)?\/[^():]+):(\d+):\d+\)?$/.exec(frame.trim())
    if (match?.[1] === undefined || /node:|\/node_modules\//.test(frame)) continue
    const path = match[1].startsWith('file://') ? fileURLToPath(match[1]) : match[1]
    return `${relative(process.cwd(), path) || path}:${match[2]}`
  }
  return undefined
}
