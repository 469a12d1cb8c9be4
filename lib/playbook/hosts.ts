import { didYouMean } from '../core/suggest.ts'
import { UserError } from '../core/errors.ts'
import { declaredAt } from '../core/declared-at.ts'
import { checking, locating, mistake } from '../core/mistakes.ts'
import type { Host, HostVars, Inventory } from './inventory.ts'
import { connectionOf } from './connections.ts'
import { checkExtraVars, checkVars } from './vars.ts'

/**
 * All hosts of an inventory with their vars: schema defaults, then groups in the order of the inventory, then the
 * host, then `-e`.
 * @throws UserError for a group that names no host, and for vars that the schema does not allow
 */
export function resolveHosts(inventory: Inventory, extra: Readonly<Record<string, unknown>> = {}): Host[] {
  const names = Object.keys(inventory.hosts)
  if (names.length === 0) throw new UserError('E_EMPTY_INVENTORY', 'the inventory has no hosts')
  // Said of `-e`, not of the first host that gets the value.
  checkExtraVars(inventory.schema, extra)
  return locating(declaredAt(inventory), () => hostsIn(inventory, names, extra))
}

function hostsIn(
  inventory: Inventory,
  names: readonly string[],
  extra: Readonly<Record<string, unknown>>,
): Host[] {
  const members = new Map(
    Object.keys(inventory.groups).map((group) => [group, membersOf(inventory, group, [])]),
  )
  return names.map((name) => {
    const entry = inventory.hosts[name]
    const groups = [...members].filter(([, hosts]) => hosts.has(name)).map(([group]) => group)
    const layers = groups.map((group) => inventory.groups[group]?.vars ?? {})
    const vars = Object.assign({}, ...layers, entry?.vars, extra) as Record<string, unknown>
    return Object.freeze({
      name,
      address: entry?.address ?? name,
      groups,
      connection: connectionOf(entry?.connection, `inventory, host ${name}`),
      vars: checking(
        () => checkVars(inventory.schema, vars, `inventory, host ${name}`),
        () => vars,
      ) as HostVars,
    })
  })
}

function membersOf(inventory: Inventory, group: string, path: readonly string[]): Set<string> {
  if (path.includes(group))
    throw new UserError('E_GROUP_CYCLE', `groups contain each other: ${[...path, group].join(' → ')}`)
  const hosts = new Set<string>()
  for (const name of inventory.groups[group]?.hosts ?? []) {
    if (name in inventory.hosts) hosts.add(name)
    else if (name in inventory.groups)
      for (const host of membersOf(inventory, name, [...path, group])) hosts.add(host)
    else mistake(unknownName(inventory, name, `group ${group}`))
  }
  return hosts
}

/** The error for a name that the inventory does not have, with the nearest one that it has. */
export function unknownName(inventory: Inventory, name: string, where: string): UserError {
  const known = namesIn(inventory)
  const near = didYouMean(name, known)
  const hint = near === undefined ? `The inventory has ${known.join(', ')}.` : `Did you mean ${near}?`
  return new UserError('E_UNKNOWN_HOST', `${where}: ${name} is neither a host nor a group`, { hint })
}

/** The host or group that a misspelled name was probably meant to be. */
export const nearestName = (inventory: Inventory, name: string): string | undefined =>
  didYouMean(name, namesIn(inventory))

const namesIn = ({ hosts, groups }: Inventory): readonly string[] => [
  ...Object.keys(hosts),
  ...Object.keys(groups),
]
