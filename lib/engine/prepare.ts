import { resolveHosts } from '../playbook/hosts.ts'
import { type CompiledPlay, compilePlays } from '../playbook/compile.ts'
import type { Host, Inventory } from '../playbook/inventory.ts'
import { selectHosts } from '../playbook/pattern.ts'
import type { FactsOf, Playbook } from '../playbook/playbook.ts'
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

/** A request that was checked as far as that goes without a connection. */
export interface Prepared {
  readonly hosts: readonly Host[]
  readonly limited: readonly Host[]
  /** Makes the plays from what the hosts answered. */
  readonly compile: (facts: FactsOf<unknown>) => CompiledPlay[]
  /** The plays as they look before anything is known of the hosts. */
  readonly plays: readonly CompiledPlay[]
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
  const make = (facts: FactsOf<unknown>) => {
    try {
      const plays = playbook.plays({ vars, hosts, facts, secrets, stateDir })
      return compilePlays(plays, inventory, hosts, limited, selection)
    } catch (error) {
      throw userFault('E_PLAYBOOK', error, `playbook ${request.name}`)
    }
  }
  const compile = (facts: FactsOf<unknown>) => {
    const plays = make(facts)
    const tags = plays.flatMap((play) => play.hosts.flatMap((host) => [...host.tags]))
    refuseUnknownTags(tags, selection)
    return plays
  }
  const unknown = Object.fromEntries(hosts.map((host) => [host.name, playbook.fact?.unknown]))
  // Which tasks there are may depend on facts: then a tag can only be missed once they are known.
  return { hosts, limited, compile, plays: (playbook.fact === undefined ? compile : make)(unknown) }
}
