import pLimit from 'p-limit'
import type { Recap, RunEvent } from '../core/events.ts'
import type { Resource } from '../core/resource.ts'
import type { CompiledPlay, HostPlay } from '../playbook/compile.ts'
import type { Host } from '../playbook/inventory.ts'
import type { FactsOf } from '../playbook/playbook.ts'
import type { Transport } from '../transport/transport.ts'
import { Fleet } from './fleet.ts'
import { owedQuestions } from './handlers.ts'
import { askNow, observe } from './observe.ts'
import { playHost } from './play-host.ts'
import { type Prepared, type RunRequest, prepare } from './prepare.ts'
import { type RunMode, type Session, hearOfOthers } from './session.ts'
import { Tally } from './tally.ts'
import { questionsOf } from './wanted.ts'

export interface RunOptions extends Omit<RunMode, 'emit'> {
  readonly emit: (event: RunEvent) => void
  /** Hosts worked on at a time. */
  readonly forks: number
  readonly transportOf: (host: Host) => Transport
}

/**
 * Runs a playbook. What happens is told through `emit`; the last event is the recap with the exit code.
 * @throws UserError for anything that is wrong before a host is touched
 */
export async function runPlaybook(request: RunRequest, options: RunOptions): Promise<Recap> {
  const started = performance.now()
  const tally = new Tally()
  const emit = (event: RunEvent): void => {
    tally.count(event)
    options.emit(event)
  }
  const mode: RunMode = { ...options, emit }
  const prepared = prepare(request)
  const busy = new Set(prepared.plays.flatMap(({ hosts }) => hosts.map(({ host }) => host)))
  emit({
    type: 'run',
    playbook: request.name,
    mode: mode.check ? 'check' : 'apply',
    hosts: [...busy].map(({ name }) => name),
  })
  // A password is kept before it is used anywhere: a host must never have one that nobody knows.
  if (!mode.check) await request.secrets.save()
  const fleet = new Fleet(mode, options.transportOf, pLimit(options.forks))
  try {
    await fleet.connect([...busy], true)
    const facts = await gatherFacts(request, prepared, busy, fleet)
    // Interrupted while asking, the plays would be made from facts that are not there.
    const plays = mode.stop.aborted ? [] : prepared.compile(facts)
    if (!mode.check) await request.secrets.save()
    for (const play of plays) {
      if (mode.stop.aborted || !(await runPlay(play, plays, fleet, mode))) break
    }
  } finally {
    for (const session of fleet.sessions()) {
      if (busy.has(session.host)) tally.setRoundTrips(session.host.name, session.connection.roundTrips)
    }
    await fleet.close()
  }
  const durationMs = Math.round(performance.now() - started)
  const exitCode = mode.stop.aborted ? 130 : tally.exitCode()
  const recap: Recap = { type: 'recap', hosts: tally.recap(), durationMs, exitCode }
  emit(recap)
  return recap
}

/** Facts come from all hosts, `--limit` or not: who is primary is not decided by whom the operator looks at. */
async function gatherFacts(
  request: RunRequest,
  prepared: Prepared,
  busy: ReadonlySet<Host>,
  fleet: Fleet,
): Promise<FactsOf<unknown>> {
  const { fact } = request.playbook
  if (fact === undefined) return {}
  await fleet.connect(prepared.hosts, false)
  const facts: Record<string, unknown> = {}
  const askOne = async (session: Session): Promise<boolean> => {
    const { name } = session.host
    const probe = fact.probe(session.host, () => session.connection.serverAddress)
    const user = fact.become === false ? 'login' : 'root'
    // A host that is only asked is not locked: another run may be working on it.
    const answers = await askNow(session, user, probe.questions, busy.has(session.host))
    const broken = answers.find(({ answer }) => answer instanceof Error)
    if (broken !== undefined) throw broken.answer
    facts[name] = probe.parse(answers.map(({ answer }) => answer))
    return true
  }
  await fleet.each(prepared.hosts, askOne, (host) => busy.has(host))
  return Object.fromEntries(prepared.hosts.map(({ name }) => [name, facts[name] ?? fact.unknown]))
}

/** @returns false when the run must not go on */
async function runPlay(
  { play, hosts }: CompiledPlay,
  plays: readonly CompiledPlay[],
  fleet: Fleet,
  mode: RunMode,
): Promise<boolean> {
  const alive = hosts.filter(({ host }) => fleet.has(host))
  if (hosts.length === 0) return true
  if (play.anyErrorsFatal === true && alive.length < hosts.length) {
    const out = hosts.filter(({ host }) => !fleet.has(host)).map(({ host }) => host.name)
    const text = `play ${play.name}: ${out.join(' and ')} cannot take part, and the plays after it build on that: stopped`
    mode.emit({ type: 'notice', level: 'warning', text })
    return false
  }
  if (alive.length === 0) return true
  const taskCounts = Object.fromEntries(alive.map(({ host, items }) => [host.name, items.length]))
  mode.emit({ type: 'play', play: play.name, hosts: alive.map(({ host }) => host.name), taskCounts })
  const size = Math.max(1, play.serial ?? alive.length)
  for (let i = 0; i < alive.length; i += size) {
    const batch = alive.slice(i, i + size)
    const ok = await fleet.each(
      batch.map(({ host }) => host),
      async (session) => {
        mode.emit({ type: 'host', host: session.host.name, phase: 'probing' })
        if (mode.batch) await lookAhead(session, plays)
        const done = await playHost(session, batch.find(({ host }) => host === session.host) as HostPlay)
        mode.emit({ type: 'host', host: session.host.name, phase: 'done' })
        return done
      },
    )
    shareNews(play.name, fleet)
    if (mode.stop.aborted || (!ok && (play.anyErrorsFatal === true || play.serial !== undefined)))
      return false
  }
  return true
}

/** Asks for all plays at once, so that a run that changes nothing costs one trip however many plays there are. */
async function lookAhead(session: Session, plays: readonly CompiledPlay[]): Promise<void> {
  const own = plays.flatMap(({ hosts }) => hosts.filter(({ host }) => host === session.host))
  const items = own.flatMap(({ items }) => items)
  const handlers = own.flatMap(({ handlers }) => handlers)
  await observe(session, [...questionsOf(session, items), ...owedQuestions(handlers)])
}

/** The barrier between plays: what one host changed may be seen from the others. */
function shareNews(by: string, fleet: Fleet): void {
  const news = new Map<Session, Resource[]>(
    fleet.sessions().map((session) => [session, session.abroad.splice(0)]),
  )
  for (const session of fleet.sessions()) {
    const heard = [...news].flatMap(([teller, touches]) => (teller === session ? [] : touches))
    hearOfOthers(session, `the play ${by}`, [...new Set(heard)])
  }
}
