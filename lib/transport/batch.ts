import { quote } from '../core/sh.ts'
import type { Payload } from './payload.ts'
import { blocks } from './payload.ts'
import type { Script } from './transport.ts'

/** Milliseconds a script may take when it does not say. */
const DEFAULT_TIMEOUT = 600_000

/** Linux limits one argument to 128 KiB; longer scripts are run from a file. */
const LONGEST_ARGUMENT = 96 * 1024

/** Probes answered with one `wc` and one `cat`. A bound on the argument list of those, and on what a reply holds back. */
const PROBES_A_FLUSH = 200

/** How long to wait for the host's lock, and whom the next one in line is told about. */
export interface LockRequest {
  readonly seconds: number
  readonly owner: string
}

/** The calls of the session's functions (`host-program.ts`) that run `scripts` in order. */
export function batchText(
  scripts: readonly Script[],
  payloads: readonly (Payload | undefined)[],
  lock: LockRequest | undefined,
): string {
  const lines = lock === undefined ? [] : [`lock ${lock.seconds} ${quote(lock.owner)}`]
  let probes = 0
  scripts.forEach((script, i) => {
    const text = quote(script.script)
    // Whole seconds, because busybox's timeout knows no others.
    const seconds = Math.max(1, Math.ceil((script.timeoutMs ?? DEFAULT_TIMEOUT) / 1000))
    const how = Buffer.byteLength(script.script) > LONGEST_ARGUMENT ? '-f' : '-c'
    probes = script.kind === 'probe' ? probes + 1 : 0
    const next = scripts[i + 1]?.kind
    lines.push(`script ${script.kind} ${seconds} ${blocks(payloads[i])} ${how} ${text}`)
    if (script.kind === 'probe' && (next !== 'probe' || probes % PROBES_A_FLUSH === 0)) lines.push('flush')
  })
  return lines.join('\n')
}
