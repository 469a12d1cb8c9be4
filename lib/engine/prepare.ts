import { resolveHosts } from '../playbook/hosts.ts'
import { type CompiledPlay, compilePlays } from '../playbook/compile.ts'
import type { Host, Inventory } from '../playbook/inventory.ts'
import { selectHosts } from '../playbook/pattern.ts'
import type { ErrorReport } from '../core/events.ts'
import type { Report } from '../core/report.ts'
import type { Confirmation, FactsOf, Play, Playbook, PlaybookContext } from '../playbook/playbook.ts'
import { type TagSelection, refuseUnknownTags } from '../playbook/tags.ts'
import { userFault } from '../playbook/user-code.ts'
import { checkVars, unknownVar } from '../playbook/vars.ts'
import { UserError } from '../core/errors.ts'
import type { SecretStore } from '../secrets/index.ts'

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
}

/** What the hosts said of themselves. */
export interface Seen {
  readonly facts: FactsOf<unknown>
  /** Why there is nothing from a host, by its name. */
  readonly unreached: Readonly<Record<string, ErrorReport>>
}

/** A request that was checked as far as that goes without a connection. */
export interface Prepared {
  readonly hosts: readonly Host[]
  readonly limited: readonly Host[]
  /** Makes the plays from what the hosts answered. */
  readonly compile: (facts: FactsOf<unknown>) => CompiledPlay[]
  /** The plays after which the hosts are asked again. */
  readonly compileFirst: (facts: FactsOf<unknown>) => CompiledPlay[]
  readonly confirmation: (facts: FactsOf<unknown>) => Confirmation | undefined
  readonly closing: (facts: FactsOf<unknown>) => string | undefined
  /** The plays as they look before anything is known of the hosts. */
  readonly plays: readonly CompiledPlay[]
  /** What the playbook has to say; undefined when it has no report. */
  readonly report: (seen: Seen, check: boolean) => Report | undefined
}

/** Checks a request: vars, patterns, roles, templates, handlers. @throws UserError before any host is touched */
export function prepare(request: RunRequest): Prepared {
  const { playbook, inventory, selection, secrets, stateDir } = request
  const own = Object.keys(playbook.vars.shape)
  const shared = Object.keys(inventory.schema.shape)
  const known = [...own, ...shared]
  for (const key of Object.keys(request.extraVars)) {
    if (!known.includes(key)) throw new UserError('E_BAD_VARS', `-e ${key}: ${unknownVar(key, known)}`)
  }
  const pick = (names: readonly string[]) =>
    Object.fromEntries(Object.entries(request.extraVars).filter(([key]) => names.includes(key)))
  const hosts = resolveHosts(inventory, pick(shared))
  const limited = selectHosts(inventory, hosts, request.limit ?? 'all', '--limit')
  if (limited.length === 0) throw new UserError('E_NO_HOSTS', `--limit ${request.limit} leaves no host`)
  const vars = checkVars(playbook.vars, pick(own), `playbook ${request.name}`)
  type Context = PlaybookContext<Record<string, unknown>, unknown>
  const guarded = <T>(work: (context: Context) => T) => {
    return (facts: FactsOf<unknown>): T => {
      try {
        return work({ vars, hosts, limited, facts, secrets, stateDir })
      } catch (error) {
        throw userFault('E_PLAYBOOK', error, `playbook ${request.name}`)
      }
    }
  }
  const compiled = (plays: readonly Play[]) => compilePlays(plays, inventory, hosts, limited, selection)
  const make = guarded((context) => compiled(playbook.plays?.(context) ?? []))
  const compile = (facts: FactsOf<unknown>) => {
    const plays = make(facts)
    const tags = plays.flatMap((play) => play.hosts.flatMap((host) => [...host.tags]))
    refuseUnknownTags(tags, selection)
    return plays
  }
  const unknown = Object.fromEntries(hosts.map((host) => [host.name, playbook.fact?.unknown]))
  // Which tasks there are may depend on facts: then a tag can only be missed once they are known.
  return {
    hosts,
    limited,
    compile,
    compileFirst: guarded((context) => compiled(playbook.prepare?.(context) ?? [])),
    confirmation: guarded((context) => playbook.confirm?.(context)),
    closing: guarded((context) => playbook.closing?.(context)),
    plays: (playbook.fact === undefined ? compile : make)(unknown),
    report: ({ facts, unreached }, check) =>
      guarded((context) => playbook.report?.({ ...context, unreached, check }))(facts),
  }
}
