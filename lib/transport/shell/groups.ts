import type { Script } from '../transport.ts'
import type { Payload } from './payload.ts'

/** Steps that run in one process. A bound on the argument list, and on how long nothing is heard of them. */
const MOST_TOGETHER = 20
/** Bytes of a script, so that a group is far from the limit of an argument list, which is 2 MiB with the environment. */
const LONGEST_BRIEF = 32 * 1024
/** Bytes of an input that is stored in the folder for small ones. */
const LARGEST_INPUT = 1024 * 1024

/** Scripts of a batch that a host runs one by one, or in one process. */
export interface Group {
  readonly first: number
  readonly count: number
}

/** The scripts in order, with brief steps in a row put together. */
export function groupsOf(scripts: readonly Script[], payloads: readonly (Payload | undefined)[]): Group[] {
  const groups: { first: number; count: number }[] = []
  scripts.forEach((script, i) => {
    const last = groups.at(-1)
    const joins =
      last !== undefined &&
      last.count < MOST_TOGETHER &&
      isBrief(script, payloads[i]) &&
      isBrief(scripts[last.first], payloads[last.first])
    if (joins) last.count += 1
    else groups.push({ first: i, count: 1 })
  })
  return groups
}

/** With a limit of its own it runs alone, because the limit of a group is for all of it. */
const isBrief = (script: Script | undefined, payload: Payload | undefined): boolean =>
  script?.kind === 'step' &&
  script.brief === true &&
  script.timeoutMs === undefined &&
  (script.output ?? 'tail') === 'tail' &&
  Buffer.byteLength(script.script) <= LONGEST_BRIEF &&
  (payload?.size ?? 0) <= LARGEST_INPUT
