import type { Resource } from '../../core/resource.ts'
import type { CompiledPlay, HostPlay } from '../../playbook/compile.ts'
import type { Host } from '../../playbook/inventory.ts'
import { keysOfOnce } from '../../playbook/identify.ts'
import { askedOf, tasksOf } from '../../playbook/program.ts'
import { batchSizes } from '../../playbook/serial.ts'
import { loadFiles } from '../plan/load-files.ts'
import { observe } from '../look/observe.ts'
import { unlessStopped } from '../look/stopped.ts'
import { questionsOf } from '../plan/questions.ts'
import { type RunMode, type Session, inTurn, letGo, noteChangesOfOthers } from '../session.ts'
import type { Fleet } from './fleet.ts'
import { jobQuestions, warnOfStrangers, withJobs } from './job/find-job.ts'
import { owedQuestions } from './ledger.ts'
import { playHost } from './play-host.ts'

/**
 * One play on all of its hosts that are left.
 * @param plays that are compiled by now, this one included
 * @param goesOn whether other plays come after these
 * @returns false when the run must not go on
 */
export async function runPlay(
  compiled: CompiledPlay,
  plays: readonly CompiledPlay[],
  fleet: Fleet,
  mode: RunMode,
  goesOn: boolean,
): Promise<boolean> {
  const { play, hosts } = compiled
  const once = hosts.map(({ host, program }) => ({ host: host.name, keys: keysOfOnce(program) }))
  // Batches are made of hosts that answer, and the first of those that answer runs what runs once.
  if (play.serial !== undefined || once.some(({ keys }) => keys.length > 0))
    await fleet.connect(
      hosts.map(({ host }) => host),
      true,
    )
  const alive = hosts.filter(({ host }) => fleet.has(host))
  if (alive.length === 0) return true
  fleet.beginOnce(once.filter(({ host }) => alive.some((one) => one.host.name === host)))
  const taskCounts = Object.fromEntries(
    alive.map(({ host, program }) => [host.name, tasksOf(program).length]),
  )
  mode.emit({ type: 'play', play: play.name, hosts: namesOf(alive), taskCounts })
  const isLast = goesOn ? () => false : lastOf(compiled, plays)
  const sizes =
    play.serial === undefined ? [alive.length] : batchSizes(play.serial, alive.length, `play ${play.name}`)
  let begun = 0
  for (const size of sizes) {
    const batch = alive.slice(begun, begun + size)
    begun += size
    const failed = await runBatch(batch, plays, isLast, fleet, mode)
    shareChanges(play.name, fleet)
    if (mode.stop.aborted) return false
    const tolerated = ((play.maxFailPercentage ?? 0) / 100) * batch.length
    const serialStop = play.serial !== undefined && failed.length > tolerated
    if (failed.length === 0 || (!serialStop && play.anyErrorsFatal !== true)) continue
    const left = alive.slice(begun)
    if (left.length > 0)
      mode.emit({
        type: 'play-stopped',
        play: play.name,
        because: whyStopped(failed, batch),
        hosts: namesOf(left),
      })
    return false
  }
  return true
}

/** Whether a play is the last one that asks a host, or runs something on it. */
function lastOf(compiled: CompiledPlay, plays: readonly CompiledPlay[]): (host: Host) => boolean {
  const later = plays.slice(plays.indexOf(compiled) + 1)
  if ([compiled, ...later].some(({ hosts }) => hosts.some(({ reachesOut }) => reachesOut))) return () => false
  const awaited = new Set(later.flatMap(({ hosts }) => hosts.map(({ host }) => host)))
  return (host) => !awaited.has(host)
}

const namesOf = (hosts: readonly HostPlay[]): string[] => hosts.map(({ host }) => host.name)

const whyStopped = (failed: readonly Host[], batch: readonly HostPlay[]): string =>
  failed.length === 1
    ? `${failed[0]?.name} failed`
    : `${failed.length} of ${batch.length} hosts failed: ${failed.map(({ name }) => name).join(', ')}`

function runBatch(
  batch: readonly HostPlay[],
  plays: readonly CompiledPlay[],
  isLast: (host: Host) => boolean,
  fleet: Fleet,
  mode: RunMode,
): Promise<readonly Host[]> {
  const of = new Map(batch.map((one) => [one.host, one]))
  return fleet.each([...of.keys()], async (session) => {
    const own = of.get(session.host)
    if (own === undefined) return true
    mode.emit({ type: 'host', host: session.host.name, phase: 'probing' })
    if (mode.batch) await inTurn(session, () => lookAhead(session, plays))
    const done = await playHost(session, own)
    if (isLast(session.host)) letGo(session)
    mode.emit({ type: 'host', host: session.host.name, phase: 'done' })
    return done
  })
}

/** Asks for all plays at once, so that a run that changes nothing costs one trip however many plays there are. */
async function lookAhead(session: Session, plays: readonly CompiledPlay[]): Promise<void> {
  const own = plays.flatMap(({ hosts }) => hosts.filter(({ host }) => host === session.host))
  const items = own.flatMap(({ program }) => askedOf(program))
  await loadFiles(session, items)
  const owed = own.flatMap(({ program, handlers }) => owedQuestions(tasksOf(program), handlers))
  const wanted = [...questionsOf(session, items), ...owed, ...jobQuestions(items)]
  await unlessStopped(observe(session, withJobs(wanted)))
  warnOfStrangers(session, items)
}

/** The barrier between plays: what one host changed may be seen from the others. */
function shareChanges(by: string, fleet: Fleet): void {
  const changes = new Map<Session, Resource[]>(
    fleet.sessions().map((session) => [session, session.abroad.splice(0)]),
  )
  for (const session of fleet.sessions()) {
    const seen = [...changes].flatMap(([maker, touches]) => (maker === session ? [] : touches))
    noteChangesOfOthers(session, `the play ${by}`, [...new Set(seen)])
  }
}
