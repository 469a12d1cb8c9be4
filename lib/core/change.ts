import { isDeepStrictEqual } from 'node:util'
import type { Question } from './reader.ts'

/** One difference between what is wanted and what is there. The dry run, the log, the JSON and the tests print the same list. */
export interface Change {
  /** What differs, in the module's words: `mode`, `content`, `image`. */
  readonly what: string
  /** What was observed; `absent` where there was nothing. */
  readonly from?: unknown
  /** What is wanted. */
  readonly to?: unknown
  /** For file bodies: lets the engine show a unified diff. Never set for secret content. */
  readonly body?: ChangedBody | undefined
}

/** A file body that changes. */
export interface ChangedBody {
  readonly path: string
  readonly wanted: string
  /** Asks for what is there now; text, or undefined where there is none. Only asked when a diff is shown. */
  readonly now: Question
}

/**
 * Compares the named fields and lists those that differ. Fields whose wanted value is `undefined` were not asked for.
 *
 * @example
 * differences({ mode: '0640', owner: undefined }, { mode: '0644', owner: 'root' })
 * // [{ what: 'mode', from: '0644', to: '0640' }]
 */
export function differences(wanted: object, observed: object): Change[] {
  const seen = observed as Record<string, unknown>
  return Object.entries(wanted)
    .filter(([what, to]) => to !== undefined && !isDeepStrictEqual(seen[what], to))
    .map(([what, to]) => ({ what, from: seen[what], to }))
}
