import { checkingEqualsOnce } from '../../core/args.ts'
import { UserError } from '../../core/errors.ts'
import type { ErrorReport } from '../../core/events.ts'
import type { Report } from '../../core/report.ts'
import { type CompiledPlay, compilePlays } from '../../playbook/compile.ts'
import { resolveHosts } from '../../playbook/hosts.ts'
import type { Host, Inventory } from '../../playbook/inventory.ts'
import { selectHosts } from '../../playbook/pattern.ts'
import type {
  AllFacts,
  Confirmation,
  Fact,
  Play,
  Playbook,
  PlaybookContext,
} from '../../playbook/playbook.ts'
import { type TagSelection, refuseUnknownTags } from '../../playbook/tags.ts'
import { userFault } from '../../playbook/user-code.ts'
import { checkExtraVars, checkVars, unknownVar, varNames } from '../../playbook/vars.ts'
import type { SecretStore } from '../../secrets/index.ts'

/** What to run, on what. */
export interface RunRequest {
  readonly name: string
  readonly playbook: Playbook
  readonly inventory: Inventory
  /** `--limit`. @default all */
  readonly limit?: string | undefined
  readonly selection: TagSelection
  /** `-e`: vars of the playbook or of the inventory's hosts. */
  readonly extraVars: Readonly<Record<string, unknown>>
  readonly secrets: SecretStore
  readonly stateDir: string
  /** `--start-at-task`: the name of the first task that is run, `role › task` where a role has it. @default the first */
  readonly startAtTask?: string | undefined
  /**
   * `--resume`: on each host from the task on at which its last run of this playbook failed. With `false` too it is kept
   * in `stateDir` where this run fails. @default all is run, and nothing is kept
   */
  readonly resume?: boolean | undefined
}

type Facts = AllFacts<Record<string, unknown>>

/** What the hosts said of themselves. */
export interface Seen {
  readonly facts: Facts
  /** Why there is nothing from a host, by its name. */
  readonly unreached: Readonly<Record<string, ErrorReport>>
}

/** A request that was checked as far as that goes without a connection. */
export interface Prepared {
  readonly hosts: readonly Host[]
  readonly limited: readonly Host[]
  readonly vars: Readonly<Record<string, unknown>>
  /** The facts of the playbook, by name. */
  readonly facts: readonly (readonly [string, Fact<unknown>])[]
  /** Whether a fact is asked of a host that the plays leave alone. */
  readonly wants: (fact: string, host: Host) => boolean
  /** Makes the plays from what the hosts answered. */
  readonly compile: (facts: Facts) => readonly CompiledPlay[]
  /** The plays after which the hosts are asked again. */
  readonly compileFirst: (facts: Facts) => readonly CompiledPlay[]
  readonly confirmation: (facts: Facts) => Confirmation | undefined
  readonly closing: (facts: Facts) => string | undefined
  /** The plays as they look before anything is known of the hosts. */
  readonly plays: readonly CompiledPlay[]
  /** What the playbook has to say; undefined when it has no report. */
  readonly report: (seen: Seen, check: boolean) => Report | undefined
}

/** Checks a request: vars, patterns, roles, templates, handlers. @throws UserError before any host is touched */
export function prepare(request: RunRequest): Prepared {
  const { playbook, inventory, selection, secrets, stateDir } = request
  const { hosts, limited, vars } = prepareVars(request)
  const facts = Object.entries((playbook.facts ?? {}) as Record<string, Fact<unknown>>)
  type Context = PlaybookContext<Record<string, unknown>, unknown>
  const guarded = <T>(work: (context: Context) => T) => {
    return (known: Facts): T => {
      try {
        return checkingEqualsOnce(() =>
          work({ vars, hosts, limited, facts: known, secrets, stateDir } as Context),
        )
      } catch (error) {
        throw userFault('E_PLAYBOOK', error, `playbook ${request.name}`)
      }
    }
  }
  const compiled = (plays: readonly Play[]) => compilePlays(plays, inventory, hosts, limited, selection)
  const make = guarded((context) => compiled(playbook.plays?.(context) ?? []))
  const checkTags = (plays: readonly CompiledPlay[]) => {
    const tags = plays.flatMap((play) => play.hosts.flatMap((host) => [...host.tags]))
    refuseUnknownTags(tags, selection)
    return plays
  }
  const nothing = Object.fromEntries(hosts.map(({ name }) => [name, undefined]))
  const unknown = Object.fromEntries(
    facts.map(([name, fact]) => [
      name,
      Object.fromEntries(Object.keys(nothing).map((host) => [host, fact.unknown])),
    ]),
  )
  const patterns = new Map(
    facts.flatMap(([name, { hosts: wanted }]) =>
      wanted === undefined ? [] : [[name, hostsOfFact(name, wanted, inventory, hosts)] as const],
    ),
  )
  const plays = make(unknown)
  // Without facts the plays are what they were. Which tasks there are may depend on facts: then a tag can only be
  // missed once they are known.
  if (facts.length === 0) checkTags(plays)
  return {
    hosts,
    limited,
    vars,
    facts,
    wants: (fact, host) => patterns.get(fact)?.includes(host) ?? false,
    compile: (known) => (facts.length === 0 ? plays : checkTags(make(known))),
    compileFirst: guarded((context) => compiled(playbook.prepare?.(context) ?? [])),
    confirmation: guarded((context) => playbook.confirm?.(context)),
    closing: guarded((context) => playbook.closing?.(context)),
    plays,
    report: ({ facts: known, unreached }, check) =>
      guarded((context) => playbook.report?.({ ...context, unreached, check }))(known),
  }
}

const hostsOfFact = (
  name: string,
  wanted: NonNullable<Fact<unknown>['hosts']>,
  inventory: Inventory,
  hosts: readonly Host[],
): readonly Host[] =>
  typeof wanted === 'function' ? wanted(hosts) : selectHosts(inventory, hosts, wanted, `fact ${name}`)

function prepareVars({ name, playbook, inventory, limit, extraVars }: RunRequest): {
  readonly hosts: readonly Host[]
  readonly limited: readonly Host[]
  readonly vars: Readonly<Record<string, unknown>>
} {
  const own = varNames(playbook.vars)
  const shared = varNames(inventory.schema)
  const known = [...own, ...shared]
  for (const key of Object.keys(extraVars)) {
    if (!known.includes(key)) throw new UserError('E_BAD_VARS', `-e ${key}: ${unknownVar(key, known)}`)
  }
  const pick = (names: readonly string[]) =>
    Object.fromEntries(Object.entries(extraVars).filter(([key]) => names.includes(key)))
  const hosts = resolveHosts(inventory, pick(shared))
  const limited = selectHosts(inventory, hosts, limit ?? 'all', '--limit')
  if (limited.length === 0) throw new UserError('E_NO_HOSTS', `--limit ${limit} matches no host`)
  checkExtraVars(playbook.vars, extraVars)
  return {
    hosts,
    limited,
    vars: checkVars(playbook.vars, pick(own), `playbook ${name}`) as Record<string, unknown>,
  }
}
