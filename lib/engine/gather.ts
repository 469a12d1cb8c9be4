import type { ErrorReport } from '../core/events.ts'
import type { Host } from '../playbook/inventory.ts'
import type { Fleet } from './fleet.ts'
import { askNow } from './observe.ts'
import type { Prepared, RunRequest, Seen } from './prepare.ts'
import type { Session } from './session.ts'

/** Facts come from all hosts, `--limit` or not: who is primary is not decided by whom the operator looks at. */
export async function gatherFacts(
  request: RunRequest,
  prepared: Prepared,
  busy: ReadonlySet<Host>,
  fleet: Fleet,
): Promise<Seen> {
  const { fact } = request.playbook
  const facts: Record<string, unknown> = {}
  if (fact !== undefined) {
    await fleet.connect(prepared.hosts, false)
    const askOne = async (session: Session): Promise<boolean> => {
      const { host, mode } = session
      if (busy.has(host)) mode.emit({ type: 'host', host: host.name, phase: 'probing' })
      // A host that is only asked is not locked: another run may be working on it.
      facts[host.name] = await askFact(request, session, busy.has(host))
      return true
    }
    await fleet.each(prepared.hosts, askOne, (host) => busy.has(host))
  }
  return seenOf(request, prepared.hosts, new Map(Object.entries(facts)), (host) => fleet.trouble(host))
}

/** @throws Error when the host could not answer */
export async function askFact(
  { playbook: { fact } }: RunRequest,
  session: Session,
  lock: boolean,
): Promise<unknown> {
  const probe = fact?.probe(session.host, () => session.connection.serverAddress)
  if (probe === undefined) return undefined
  const user = fact?.become === false ? 'login' : 'root'
  const answers = await askNow(session, user, probe.questions, lock)
  const broken = answers.find(({ answer }) => answer instanceof Error)
  if (broken !== undefined) throw broken.answer
  return probe.parse(answers.map(({ answer }) => answer))
}

/** What is known, with the unknown fact where nothing is. */
export function seenOf(
  { playbook: { fact } }: RunRequest,
  hosts: readonly Host[],
  known: ReadonlyMap<string, unknown>,
  trouble: (host: Host) => ErrorReport | undefined,
): Seen {
  if (fact === undefined) return { facts: {}, unreached: {} }
  const missing = hosts.filter(({ name }) => !known.has(name))
  return {
    facts: Object.fromEntries(hosts.map(({ name }) => [name, known.get(name) ?? fact.unknown])),
    unreached: Object.fromEntries(missing.map((host) => [host.name, trouble(host) ?? NOT_ASKED])),
  }
}

const NOT_ASKED: ErrorReport = { code: 'E_NOT_ASKED', message: 'it was not asked' }
