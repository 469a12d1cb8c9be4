import { quote } from '../../core/sh.ts'
import type { Payload } from './payload.ts'
import { blocks } from './payload.ts'
import type { Script } from '../transport.ts'

/** Milliseconds a script may take when it does not say. */
const DEFAULT_TIMEOUT = 600_000

/** Seconds that `timeout` leaves a script to end by itself. */
const KILL_AFTER = 5

/** Seconds that a host may hold back the answers of probes. `session.sh` says the same. */
const HELD_BACK = 5

/** Linux limits one argument to 128 KiB; longer scripts are run from a file. */
const LONGEST_ARGUMENT = 96 * 1024

/** Probes answered with one `wc` and one `cat`. A bound on the argument list of those, and on what a reply holds back. */
const PROBES_A_FLUSH = 200

/** How to have the host's lock. `share`: another shell of this connection, root's, has it. */
export type LockRequest = LockWish | 'share'

export interface LockWish {
  /** How long to wait for it. Less than 0: have it only if it is free. */
  readonly seconds: number
  /** Shells that say the same share the lock. */
  readonly run: string
  /** Whom the next one in line is told about. */
  readonly owner: string
}

/** The calls of the functions of `session.sh` that run `scripts` in order. */
export function batchText(
  scripts: readonly Script[],
  payloads: readonly (Payload | undefined)[],
  lock: LockRequest | undefined,
): string {
  const lines = lock === undefined ? [] : [lockText(lock)]
  const ends = flushes(scripts)
  scripts.forEach((script, i) => {
    const { kind } = script
    const text = quote(script.script)
    const how = Buffer.byteLength(script.script) > LONGEST_ARGUMENT ? '-f' : '-c'
    const word = kind === 'step' ? stepWord(script) : kind
    lines.push(`script ${word} ${seconds(script)} ${blocks(payloads[i])} ${how} ${text}`)
    if (kind === 'probe' && ends.has(i)) lines.push('flush')
  })
  return lines.join('\n')
}

/** Whether all of what a step prints is needed. */
export const isWhole = (output: Script['output']): boolean => output === 'whole' || output === 'passed'

/** How `session.sh` calls a step: what it keeps of the output, and `on` for one that is not stopped any more. */
const stepWord = ({ output, continues }: Script): string =>
  (isWhole(output) ? 'whole' : 'step') + (continues === true ? '-on' : '')

/**
 * The milliseconds until the host has replied, for each script as the first that has no reply yet. Probes are answered
 * together, but a reply is not held back longer than {@link HELD_BACK}.
 */
export function replyTimes(scripts: readonly Script[]): number[] {
  const ends = flushes(scripts)
  const times: number[] = []
  for (let i = scripts.length - 1, longest = 0; i >= 0; i--) {
    longest = Math.max(ends.has(i) ? 0 : longest, seconds(scripts[i] as Script))
    times[i] = (HELD_BACK + longest + KILL_AFTER) * 1000
  }
  return times
}

const lockText = (lock: LockRequest): string =>
  lock === 'share' ? 'share' : `lock ${lock.seconds} ${lock.run} ${quote(lock.owner)}`

/** Whole seconds, because busybox's timeout knows no others. */
const seconds = ({ timeoutMs = DEFAULT_TIMEOUT }: Script): number => Math.max(1, Math.ceil(timeoutMs / 1000))

/** The scripts after which the host replies. */
function flushes(scripts: readonly Script[]): ReadonlySet<number> {
  const ends = new Set<number>()
  let probes = 0
  scripts.forEach(({ kind }, i) => {
    probes = kind === 'probe' ? probes + 1 : 0
    if (kind === 'step' || scripts[i + 1]?.kind !== 'probe' || probes % PROBES_A_FLUSH === 0) ends.add(i)
  })
  return ends
}
