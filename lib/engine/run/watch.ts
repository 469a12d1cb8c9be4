import { setTimeout as sleep } from 'node:timers/promises'
import { UserError } from '../../core/errors.ts'
import type { ErrorReport } from '../../core/events.ts'
import type { Host } from '../../playbook/inventory.ts'
import type { Transport } from '../../transport/transport.ts'
import { Fleet } from './fleet.ts'
import { type HostFacts, askFacts, seenOf } from './gather.ts'
import type { Prepared, RunRequest } from './prepare.ts'
import type { RunMode } from '../session.ts'

/** How long the first report waits for hosts that do not answer. */
const FIRST_MS = 5000
/** An answer older than this, and than three rounds, counts no more. */
const OLD_MS = 8000

/** @throws UserError for a playbook that would change something again and again, or has nothing to show */
export function refuseToWatch({ name, playbook: { plays, report } }: RunRequest): void {
  if (plays === undefined && report !== undefined) return
  throw new UserError('E_USAGE', `--watch is for playbooks that change nothing, and ${name} has plays`, {
    hint: 'Try: run-playbook status --watch',
  })
}

/** What no new attempt would mend, and a password must not be sent again and again. */
const FINAL = /^E_(BECOME_FAILED|AUTH_FAILED|HOST_KEY_\w+|UNKNOWN_HOST_KEY|SSH_CONFIG)$/

interface Known {
  readonly facts?: { readonly values: HostFacts; readonly at: number }
  readonly trouble?: ErrorReport
}

/**
 * Asks all hosts again and again and reports what they say. Connections stay open; one that is lost is made anew in the
 * background, and a host that hangs holds up nobody.
 * @returns whether anything was shown before it was stopped
 */
export async function watch(
  prepared: Prepared,
  mode: RunMode,
  options: { readonly watch?: number | undefined; readonly transportOf: (host: Host) => Transport },
): Promise<boolean> {
  const everyMs = (options.watch ?? 2) * 1000
  const { stop } = mode
  // What goes wrong is in the report, as long as it lasts.
  const silent = { ...mode, check: true, emit: () => {} }
  const fleet = new Fleet(prepared.hosts, silent, options.transportOf, Infinity)
  const known = new Map<Host, Known>()
  const asking = new Map<Host, Promise<void>>()
  const ask = async (host: Host): Promise<void> => {
    if (FINAL.test(fleet.trouble(host)?.code ?? '')) return
    await fleet.giveAnotherChance(host)
    await fleet.connect([host], false)
    await fleet.each(
      [host],
      async (session) => {
        const values = await askFacts(prepared, session, prepared.facts, false)
        known.set(host, { facts: { values, at: performance.now() } })
        return true
      },
      () => false,
    )
    const trouble = fleet.trouble(host)
    if (trouble !== undefined) known.set(host, { trouble })
  }
  const seen = () => {
    const since = performance.now() - Math.max(OLD_MS, 3 * everyMs)
    const fresh = prepared.hosts.flatMap((host): [string, HostFacts][] => {
      const { facts } = known.get(host) ?? {}
      return facts !== undefined && facts.at >= since ? [[host.name, facts.values]] : []
    })
    return seenOf(prepared, new Map(fresh), (host) => known.get(host)?.trouble ?? silence(known.get(host)))
  }
  let shown = false
  try {
    while (!stop.aborted) {
      const next = performance.now() + everyMs
      for (const host of prepared.hosts) {
        if (!asking.has(host))
          asking.set(
            host,
            ask(host).finally(() => asking.delete(host)),
          )
      }
      await soonest(Promise.all(asking.values()), shown ? everyMs : Math.max(FIRST_MS, everyMs), stop)
      if (stop.aborted) break
      const report = prepared.report(seen(), mode.check)
      if (report !== undefined) mode.emit({ type: 'report', ...report })
      shown = true
      await soonest(undefined, next - performance.now(), stop)
    }
  } finally {
    await fleet.close()
    await Promise.allSettled(asking.values())
    // Connections that came about just then.
    await fleet.close()
  }
  return shown
}

function silence(known: Known | undefined): ErrorReport {
  const seconds = known?.facts && Math.round((performance.now() - known.facts.at) / 1000)
  return {
    code: 'E_NO_ANSWER',
    message: seconds === undefined ? 'no answer yet' : `no answer for ${seconds} s`,
  }
}

/** Waits for `work`, for the time to pass, or for the operator to stop; whichever is first. */
async function soonest(work: Promise<unknown> | undefined, ms: number, stop: AbortSignal): Promise<void> {
  const timer = new AbortController()
  const end = (): void => timer.abort()
  stop.addEventListener('abort', end)
  if (stop.aborted) end()
  const pause = sleep(Math.max(0, ms), undefined, { signal: timer.signal }).catch(() => {})
  await Promise.race(work === undefined ? [pause] : [pause, work])
  end()
  stop.removeEventListener('abort', end)
}
