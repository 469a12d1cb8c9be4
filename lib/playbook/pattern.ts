import { UserError } from '../core/errors.ts'
import { checking, mistake } from '../core/mistakes.ts'
import { nearestName, unknownName } from './hosts.ts'
import type { Host, HostName, Inventory } from './inventory.ts'

/** A host pattern that the types do not look into: wildcards and set operations. */
export interface Pattern {
  readonly pattern: string
}

/** Which hosts a play is for: a name that the types know, `all`, or a {@link pattern}. */
export type HostPattern = HostName | 'all' | Pattern

/**
 * Ansible's patterns: `a,b` either, `db*` wildcard, `web:&prod` both, `web:!c` without.
 *
 * @example
 * definePlay({ name: 'web', hosts: pattern('web:!web-3') })
 */
export const pattern = (text: string): Pattern => ({ pattern: text })

/**
 * The hosts that patterns name, in the order of the inventory.
 * @throws UserError for a name that does not exist, and for what is no pattern
 */
export function selectHosts(
  inventory: Inventory,
  hosts: readonly Host[],
  wanted: string | Pattern | readonly (string | Pattern | Host)[],
  where: string,
): Host[] {
  const list: readonly unknown[] = Array.isArray(wanted) ? wanted : [wanted]
  const selected = new Set(list.flatMap((one) => namesOf(inventory, hosts, one, where)))
  return hosts.filter(({ name }) => selected.has(name))
}

function namesOf(inventory: Inventory, hosts: readonly Host[], one: unknown, where: string): string[] {
  if (typeof one === 'string') return hostsOf(inventory, hosts, one, where)
  if (typeof one === 'object' && one !== null) {
    if ('pattern' in one && typeof one.pattern === 'string')
      return hostsOf(inventory, hosts, one.pattern, where)
    if ('name' in one && typeof one.name === 'string') return [one.name]
  }
  throw new UserError('E_BAD_PATTERN', `${where}: hosts must be names, a pattern or hosts themselves`, {
    hint: "Write a host or a group of the inventory, pattern('web:!web-3'), or a list of them.",
  })
}

function hostsOf(inventory: Inventory, hosts: readonly Host[], text: string, where: string): string[] {
  const terms = text
    .split(/[,:]/)
    .map((term) => term.trim())
    .filter((term) => term !== '')
  if (terms.length === 0) throw new UserError('E_BAD_PATTERN', `${where}: the host pattern is empty`)
  // As in Ansible, exclusions and intersections are applied after the unions, wherever they stand.
  const named = (prefix: string) =>
    terms.filter((term) => term.startsWith(prefix)).map((term) => term.slice(prefix.length))
  const plain = terms.filter((term) => !/^[&!]/.test(term))
  const match = (term: string) =>
    checking(
      () => matching(inventory, hosts, term, where),
      () => [],
    )
  let selected = new Set((plain.length === 0 ? ['all'] : plain).flatMap(match))
  for (const term of named('&')) selected = new Set(match(term).filter((host) => selected.has(host)))
  for (const term of named('!')) for (const host of match(term)) selected.delete(host)
  return [...selected].map(({ name }) => name)
}

function matching(inventory: Inventory, hosts: readonly Host[], term: string, where: string): Host[] {
  if (term === 'all' || term === '*') return [...hosts]
  if (!/[*?[]/.test(term)) {
    const known = Object.hasOwn(inventory.hosts, term) || Object.hasOwn(inventory.groups, term)
    if (!known) mistake(unknownName(inventory, term, where))
    const meant = known ? term : nearestName(inventory, term)
    return hosts.filter((host) => host.name === meant || host.groups.some((group) => group === meant))
  }
  const glob = globOf(term, where)
  const found = hosts.filter((host) => glob.test(host.name) || host.groups.some((group) => glob.test(group)))
  if (found.length === 0) throw new UserError('E_UNKNOWN_HOST', `${where}: no host or group matches ${term}`)
  return found
}

function globOf(term: string, where: string): RegExp {
  const text = term
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  try {
    return new RegExp(`^${text}$`)
  } catch {
    throw new UserError('E_BAD_PATTERN', `${where}: ${term} is not a pattern`, {
      hint: 'Every bracket must be closed: web-[12] means web-1 or web-2.',
    })
  }
}
