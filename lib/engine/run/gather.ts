import type { ErrorReport } from '../../core/events.ts'
import type { Fact } from '../../playbook/playbook.ts'
import type { Host } from '../../playbook/inventory.ts'
import type { Fleet } from './fleet.ts'
import type { Prepared, Seen } from './prepare.ts'
import type { Session } from '../session.ts'
import { askNow } from '../look/observe.ts'

/** The facts of a host, by their names. */
export type HostFacts = Readonly<Record<string, unknown>>

/** Asks the hosts that the plays work on, and those that a fact names whatever `--limit` selects. */
export async function gatherFacts(prepared: Prepared, busy: ReadonlySet<Host>, fleet: Fleet): Promise<Seen> {
  const hosts = prepared.hosts.filter((host) => busy.has(host) || factsOf(prepared, host, busy).length > 0)
  const known = new Map<string, HostFacts>()
  if (prepared.facts.length > 0) {
    await fleet.connect(hosts, false)
    const askOne = async (session: Session): Promise<boolean> => {
      const { host, mode } = session
      if (busy.has(host)) mode.emit({ type: 'host', host: host.name, phase: 'probing' })
      // A host that is only asked is not locked: another run may be working on it.
      known.set(host.name, await askFacts(prepared, session, factsOf(prepared, host, busy), busy.has(host)))
      return true
    }
    await fleet.each(hosts, askOne, (host) => busy.has(host))
  }
  return seenOf(prepared, known, (host) => fleet.trouble(host))
}

type NamedFact = readonly [string, Fact<unknown>]

/** The facts that are asked of a host. */
export const factsOf = (
  { facts, wants }: Prepared,
  host: Host,
  busy: ReadonlySet<Host>,
): readonly NamedFact[] => facts.filter(([name]) => busy.has(host) || wants(name, host))

/** All facts of a host in one trip a user. @throws Error when the host could not answer */
export async function askFacts(
  { vars }: Prepared,
  session: Session,
  facts: readonly NamedFact[],
  lock: boolean,
): Promise<HostFacts> {
  const reachedAt = () => session.connection.serverAddress
  const probes = facts.map(([name, fact]) => {
    const user = fact.become === false ? 'login' : 'root'
    return { name, user, probe: fact.probe(session.host, { vars, reachedAt }) }
  })
  const users = [...new Set(probes.map(({ user }) => user))]
  const asked = await Promise.all(
    users.map(async (user) => {
      const own = probes.filter((one) => one.user === user)
      const answers = await askNow(
        session,
        user,
        own.flatMap(({ probe }) => probe.questions),
        lock,
      )
      const of = new Map(answers.map(({ question, answer }) => [question, answer]))
      return own.map(({ name, probe }): [string, unknown] => {
        const replies = probe.questions.map((question) => of.get(question))
        const broken = replies.find((reply) => reply instanceof Error)
        if (broken !== undefined) throw broken
        return [name, probe.parse(replies)]
      })
    }),
  )
  return Object.fromEntries(asked.flat())
}

/** What is known, with the unknown facts where nothing is. */
export function seenOf(
  { facts, hosts }: Prepared,
  known: ReadonlyMap<string, HostFacts>,
  trouble: (host: Host) => ErrorReport | undefined,
): Seen {
  if (facts.length === 0) return { facts: {}, unreached: {} }
  const missing = hosts.filter(({ name }) => !known.has(name))
  const valuesOf = ([name, fact]: NamedFact) => {
    const values = hosts.map((host) => {
      const own = known.get(host.name)
      return [host.name, own !== undefined && Object.hasOwn(own, name) ? own[name] : fact.unknown]
    })
    return [name, Object.fromEntries(values)]
  }
  return {
    facts: Object.fromEntries(facts.map(valuesOf)),
    unreached: Object.fromEntries(missing.map((host) => [host.name, trouble(host) ?? NOT_ASKED])),
  }
}

const NOT_ASKED: ErrorReport = { code: 'E_NOT_ASKED', message: 'the run ended before it got to this host' }
