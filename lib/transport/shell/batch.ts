import { quote } from '../../core/sh.ts'
import type { Payload } from './payload.ts'
import { groupsOf } from './groups.ts'
import { blocks } from './payload.ts'
import { togetherProgram } from './program.ts'
import type { Script } from '../transport.ts'

/** Milliseconds a script may take when it does not say. */
const DEFAULT_TIMEOUT = 600_000

/** Seconds that `timeout` leaves a script to end by itself. */
const KILL_AFTER = 5

/** Seconds that steps run in one process. */
const STEPS_TURN = 30

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

/** What a host is sent to run scripts. */
export interface BatchText {
  /** The calls of the functions of `session.sh` and `together.sh`. */
  readonly text: string
  /** What follows on the stream. */
  readonly payloads: readonly Payload[]
}

/** @param payloads of each script */
export function batchOf(
  scripts: readonly Script[],
  payloads: readonly (Payload | undefined)[],
  lock: LockRequest | undefined,
): BatchText {
  const lines = lock === undefined ? [] : [lockText(lock)]
  const sent: Payload[] = []
  const ends = flushes(scripts)
  const groups = groupsOf(scripts, payloads, ends)
  if (groups.some(({ count }) => count > 1)) lines.push(togetherProgram())
  for (const { first, count } of groups) {
    const group = scripts.slice(first, first + count)
    const own = payloads.slice(first, first + count)
    const together = count > 1
    for (const one of own) if (one !== undefined && !(together && one.text !== undefined)) sent.push(one)
    if (together) lines.push(...own.flatMap((one, i) => inputText(one, first + i)), togetherText(group))
    else lines.push(...group.map((script) => scriptText(script, own[0])))
    if (group[0]?.kind === 'probe' && ends.has(first + count - 1)) lines.push('flush')
  }
  return { text: lines.join('\n'), payloads: sent }
}

function scriptText(script: Script, payload: Payload | undefined): string {
  const inFile = script.unseen === true || Buffer.byteLength(script.script) > LONGEST_ARGUMENT
  const how = inFile ? '-f' : '-c'
  return `script ${wordOf(script)} ${seconds(script)} ${blocks(payload)} ${how} ${quote(script.script)}`
}

function togetherText(scripts: readonly Script[]): string {
  const first = scripts[0] as Script
  const words = scripts.map((one) => `${wordOf(one)} ${quote(one.script)}`)
  return `together ${seconds(first)} ${turnOf(first)} ${words.join(' ')}`
}

function inputText(payload: Payload | undefined, index: number): string[] {
  if (payload === undefined) return []
  return [
    payload.text === undefined ? `get ${index} ${blocks(payload)}` : `put ${index} ${quote(payload.text)}`,
  ]
}

/** Whether all of what a step prints is needed. */
export const isWhole = (output: Script['output']): boolean => output === 'whole' || output === 'passed'

/** How `session.sh` calls a step: what it keeps of the output, and `on` for one that is not stopped any more. */
const stepWord = ({ output, continues }: Script): string =>
  (isWhole(output) ? 'whole' : 'step') + (continues === true ? '-on' : '')

const wordOf = (script: Script): string => (script.kind === 'step' ? stepWord(script) : script.kind)

/** Seconds after which the rest of a group has a new limit. */
const turnOf = ({ kind }: Script): number => (kind === 'step' ? STEPS_TURN : HELD_BACK)

/**
 * The milliseconds until the host has replied, for each script as the first that has no reply yet. Probes are answered
 * together, but a reply is not held back longer than {@link HELD_BACK}.
 */
export function replyTimes(scripts: readonly Script[]): number[] {
  const ends = flushes(scripts)
  const times: number[] = []
  for (let i = scripts.length - 1, longest = 0; i >= 0; i--) {
    const script = scripts[i] as Script
    const alone = [scripts[i - 1], scripts[i + 1]].every((next) => next?.kind !== script.kind)
    longest = Math.max(ends.has(i) ? 0 : longest, seconds(script) + (alone ? 0 : turnOf(script)))
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
