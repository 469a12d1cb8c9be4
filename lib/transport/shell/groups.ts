import type { Script } from '../transport.ts'
import type { Payload } from './payload.ts'

/** Scripts that run in one process. A bound on the argument list, and on how long nothing is heard of steps. */
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

/**
 * The scripts in order, with brief ones of one kind in a row put together.
 * @param ends probes after which the host replies
 */
export function groupsOf(
  scripts: readonly Script[],
  payloads: readonly (Payload | undefined)[],
  ends: ReadonlySet<number>,
): Group[] {
  const groups: { first: number; count: number }[] = []
  scripts.forEach((script, i) => {
    const last = groups.at(-1)
    const first = last && scripts[last.first]
    const joins =
      last !== undefined &&
      last.count < MOST_TOGETHER &&
      first?.kind === script.kind &&
      first.timeoutMs === script.timeoutMs &&
      (script.kind === 'step' || !ends.has(i - 1)) &&
      isBrief(script, payloads[i]) &&
      isBrief(first, payloads[last.first])
    if (joins) last.count += 1
    else groups.push({ first: i, count: 1 })
  })
  return groups
}

/** The limit of a group is for all of it, so a step with a limit of its own runs alone. What asks leaves nothing behind. */
function isBrief(script: Script, payload: Payload | undefined): boolean {
  if (script.unseen === true || Buffer.byteLength(script.script) > LONGEST_BRIEF) return false
  if (script.kind === 'probe') return payload === undefined
  const whole = (script.output ?? 'tail') !== 'tail'
  return (
    script.brief === true && !whole && script.timeoutMs === undefined && (payload?.size ?? 0) <= LARGEST_INPUT
  )
}
