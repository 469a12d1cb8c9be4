import { EVERYTHING, type Resource, reviveResource } from '../../core/resource.ts'

/*
 * The key of a question that a script of the user answers: the script, and before it what the answer depends on, where
 * that is known. A script holds no NUL byte.
 */

/** @param sees what the answer depends on. @default anything */
export const scriptKey = (script: string, sees?: readonly Resource[]): string =>
  sees === undefined ? script : `${JSON.stringify(sees)}\0${script}`

export const scriptOf = (key: string): string => key.slice(key.indexOf('\0') + 1)

/** Nobody knows what a script looks at unless its author says so: any change makes its answer stale. */
export function seenByScript(key: string): readonly Resource[] {
  const end = key.indexOf('\0')
  if (end < 0) return [EVERYTHING]
  const sees: readonly Resource[] = JSON.parse(key.slice(0, end))
  return sees.map(reviveResource)
}
