import type { Recap, RunEvent } from '../../core/events.ts'
import type { CompiledPlay } from '../../playbook/compile.ts'
import type { Host } from '../../playbook/inventory.ts'
import type { Confirmation } from '../../playbook/playbook.ts'
import type { Transport } from '../../transport/transport.ts'
import { gatherFacts } from './gather.ts'
import { Tally } from '../report/tally.ts'
import type { RunMode } from '../session.ts'
import { Fleet } from './fleet.ts'
import { type Prepared, type RunRequest, type Seen, prepare } from './prepare.ts'
import { Told } from './never-begun.ts'
import { RunRecord } from './record.ts'
import { runPlay } from './run-play.ts'
import { refuseToWatch, watch } from './watch.ts'

export interface RunOptions extends Omit<RunMode, 'emit'> {
  readonly emit: (event: RunEvent) => void
  /** Hosts worked on at a time. */
  readonly forks: number
  readonly transportOf: (host: Host) => Transport
  /** Asks the operator. Throws a `UserError` where nobody can be asked. */
  readonly confirm: (question: Confirmation) => Promise<void>
  /** Show the report again every so many seconds until stopped: for playbooks without plays. */
  readonly watch?: number | undefined
  /** Aborted when the operator asked to end at once: what is under way is cut off, and the recap follows. */
  readonly stopNow?: AbortSignal | undefined
}

/**
 * Runs a playbook. What happens is told through `emit`; the last event is the recap with the exit code.
 * @throws UserError for anything that is wrong before a host is touched
 */
export async function runPlaybook(request: RunRequest, options: RunOptions): Promise<Recap> {
  const started = performance.now()
  const tally = new Tally()
  const told = new Told()
  const emit = (event: RunEvent): void => {
    tally.count(event)
    told.see(event)
    options.emit(event)
  }
  const step = untilAll(options.step)
  const batch = options.batch && (step === undefined || options.check)
  const mode: RunOptions = { ...options, emit, step, batch }
  const prepared = prepare(request)
  const record = await RunRecord.open(request, prepared, mode)
  const looksOnly = request.playbook.plays === undefined
  if (options.watch !== undefined) refuseToWatch(request)
  const named = new Set(prepared.plays.flatMap(({ hosts }) => hosts.map(({ host }) => host)))
  const asked = prepared.facts.length > 0 ? prepared.limited : []
  const busy: ReadonlySet<Host> = looksOnly ? new Set(asked) : named
  const inOrder = prepared.hosts.filter((host) => busy.has(host))
  emit({
    type: 'run',
    playbook: request.name,
    mode: mode.check ? 'check' : 'apply',
    hosts: inOrder.map(({ name }) => name),
  })
  if (busy.size === 0 && prepared.facts.length === 0 && prepared.plays.length > 0) {
    const { limit } = request
    const text = `no host of a play${limit === undefined ? '' : ` is in --limit ${limit}`}: nothing is done`
    emit({ type: 'notice', level: 'warning', text })
  }
  // Facts may bring in hosts that no play named before.
  const involved = new Set(busy)
  // Who only looks takes no lock, so as to see what another run is doing, and is cut off at once when stopped.
  const lookMode = { ...mode, check: mode.check || looksOnly }
  const fleet = new Fleet(prepared.hosts, lookMode, options.transportOf, options.forks)
  let watched = false
  try {
    if (options.watch !== undefined) watched = await watch(prepared, mode, options)
    else await once(request, prepared, record, busy, involved, fleet, mode, tally, told)
  } finally {
    await record.save(fleet.sessions())
    for (const session of fleet.sessions()) {
      if (involved.has(session.host)) tally.setRoundTrips(session.host.name, session.connection.roundTrips)
    }
    await fleet.close()
  }
  const durationMs = Math.round(performance.now() - started)
  const exitCode = mode.stop.aborted && !watched ? 130 : tally.exitCode()
  const recap: Recap = { type: 'recap', hosts: tally.recap(), durationMs, exitCode }
  emit(recap)
  return recap
}

/** Whoever answered "run all" is not asked again. */
function untilAll(step: RunOptions['step']): RunOptions['step'] {
  if (step === undefined) return undefined
  let all = false
  return async (question) => {
    const answer = all ? 'run all' : await step(question)
    all ||= answer === 'run all'
    return answer
  }
}

async function once(
  request: RunRequest,
  prepared: Prepared,
  record: RunRecord,
  busy: ReadonlySet<Host>,
  involved: Set<Host>,
  fleet: Fleet,
  mode: RunOptions,
  tally: Tally,
  told: Told,
): Promise<void> {
  const connecting = fleet.connect([...busy], true)
  // What went wrong is told to whoever waits for it below, which may be later.
  connecting.catch(() => {})
  // Nobody waits for a host that does not answer before there is something to decide from all of them.
  if (prepared.facts.length > 0) await connecting
  const ask = () => gatherFacts(prepared, busy, fleet)
  let seen = await ask()
  // Interrupted while asking, the plays would be made from facts that are not there.
  if (mode.stop.aborted) return
  const begin = () => record.begin(prepared.compile(seen.facts))
  const first = prepared.compileFirst(seen.facts)
  let plays = first.length > 0 ? [] : await begin()
  await settleQuestion(prepared.confirmation(seen.facts), mode)
  if (
    first.length > 0 &&
    (await runPlays(await record.beginFirst(first), request, fleet, mode, told, true))
  ) {
    seen = await ask()
    plays = mode.stop.aborted ? [] : await begin()
  }
  const all = [...first, ...plays]
  for (const { host } of all.flatMap(({ hosts }) => hosts)) {
    if (fleet.has(host)) involved.add(host)
  }
  const done = await runPlays(plays, request, fleet, mode, told, false)
  await connecting
  const { closing, report } = request.playbook
  const closes = closing !== undefined && done && !mode.check && !tally.anyFailed()
  if (mode.stop.aborted || (!closes && report === undefined)) return
  if (all.length > 0 && !mode.check) seen = await ask()
  reportAtTheEnd(prepared, seen, closes, mode)
}

function reportAtTheEnd(prepared: Prepared, seen: Seen, closes: boolean, { emit, check }: RunMode): void {
  const text = closes ? prepared.closing(seen.facts) : undefined
  if (text !== undefined) emit({ type: 'notice', level: 'info', text })
  const report = prepared.report(seen, check)
  if (report !== undefined) emit({ type: 'report', ...report })
}

/** @throws UserError when the answer is not yes */
async function settleQuestion(
  question: Confirmation | undefined,
  { confirm, check, emit }: RunOptions,
): Promise<void> {
  if (question === undefined) return
  if (check) emit({ type: 'notice', level: 'info', text: question.text })
  else await confirm(question)
}

/** @param goesOn whether other plays come after these @returns false when the run must not go on */
async function runPlays(
  plays: readonly CompiledPlay[],
  request: RunRequest,
  fleet: Fleet,
  mode: RunMode,
  told: Told,
  goesOn: boolean,
): Promise<boolean> {
  // A password is kept before it is used anywhere: a host must never have one that nobody knows. But no earlier: what the hosts
  // say may have the playbook refuse, and what it made up for them must not look like theirs afterwards.
  const { misspelled, newStore } = request.secrets
  if (newStore !== undefined && !(mode.check && goesOn))
    mode.emit({ type: 'notice', level: 'warning', text: newStore })
  if (!mode.check) await request.secrets.save()
  const { waiting } = request.secrets
  for (const { name, meant } of mode.check && goesOn ? [] : misspelled) {
    const text = `the secret ${name} is new, and nothing uses ${meant}: is the name misspelled?`
    mode.emit({ type: 'notice', level: 'warning', text })
  }
  if (waiting.length > 0) {
    const text = `recipients.txt lists ${waiting.join(' and ')}, who cannot read the secrets yet: ${request.secrets.command('recipients --accept')}`
    mode.emit({ type: 'notice', level: 'warning', text })
  }
  let ok = true
  for (const play of plays) {
    ok = !mode.stop.aborted && (await runPlay(play, plays, fleet, mode, goesOn))
    if (!ok) break
  }
  told.tellRest(plays, mode)
  return ok && !mode.stop.aborted
}
