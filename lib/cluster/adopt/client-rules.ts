import { isIPv4 } from 'node:net'
import { contains, network } from '../../modules/network/wireguard/subnet.ts'
import { CLUSTER_ROLES, clientAccess } from '../vars/client-access.ts'
import type { HbaRule } from './living.ts'
import { type Vars, given } from './node-vars.ts'

/** What lines of pg_hba.conf say of clients, as vars, and the lines that no var can say. */
export interface ClientRules {
  readonly vars: Vars
  readonly unsaid: readonly string[]
}

/** @param addresses of the nodes: the network that all of them are in is that of the overlay */
export function clientRulesOf(rules: readonly HbaRule[], addresses: readonly string[]): ClientRules {
  const clients = rules.filter((rule) => !isOwn(rule))
  const everybody = clients.findLast(
    (rule) =>
      isEverybody(rule) && addresses.every((one) => contains(networkOf(rule) ?? '0.0.0.0/32', `${one}/32`)),
  )
  const overlay = everybody === undefined ? undefined : networkOf(everybody)
  const usual = network(`${addresses[0] ?? '0.0.0.0'}/24`)
  const others = clients.filter((rule) => rule !== everybody)
  const lines = others.map((rule) => ({
    rule,
    line: lineOf(rule, others, overlay, everybody?.type === 'hostssl'),
  }))
  const access = lines.flatMap(({ line }) => (line === undefined || line === 'implied' ? [] : [line]))
  return {
    vars: given({
      network: overlay === usual ? undefined : overlay,
      clientTls: everybody?.type === 'hostssl' ? 'require' : undefined,
      clientAccess: access.length === 0 ? undefined : access,
    }),
    unsaid: [
      ...lines.filter(({ line }) => line === undefined).map(({ rule }) => ruleText(rule)),
      ...(everybody === undefined
        ? ['no line lets all users in from the network of the nodes; site adds one']
        : []),
    ],
  }
}

const isOwn = ({ users, databases }: HbaRule): boolean =>
  databases.includes('replication') || users.every((user) => CLUSTER_ROLES.includes(user))

const isEverybody = ({ type, users, databases, method, options }: HbaRule): boolean =>
  ['host', 'hostssl'].includes(type) &&
  users.join() === 'all' &&
  databases.join() === 'all' &&
  method === 'scram-sha-256' &&
  (options ?? []).length === 0

/** `10.88.0.0/24`; undefined for a name, and for what is no IPv4 network. */
function networkOf({ address, netmask }: HbaRule): string | undefined {
  if (address === null || netmask === null || !isIPv4(address) || !isIPv4(netmask)) return undefined
  const bits = netmask
    .split('.')
    .map((part) => Number(part).toString(2).padStart(8, '0'))
    .join('')
  return /^1*0*$/.test(bits) ? network(`${address}/${bits.replaceAll('0', '').length}`) : undefined
}

/** The line as the var `clientAccess` has it. `implied`: the var adds it by itself. */
function lineOf(
  rule: HbaRule,
  all: readonly HbaRule[],
  overlay: string | undefined,
  tlsOnly: boolean,
): Vars | 'implied' | undefined {
  const { type, users, databases, address, method, options } = rule
  const same = (other: HbaRule): boolean =>
    other.type === 'hostssl' &&
    [other.users, other.databases, other.address, other.netmask].join() ===
      [users, databases, address, rule.netmask].join()
  if (type === 'hostnossl' && method === 'reject' && all.some(same)) return 'implied'
  const [option, ...more] = options ?? []
  const clientcert = /^clientcert=(verify-full|verify-ca)$/.exec(option ?? '')?.[1]
  const where = address === 'all' ? 'all' : networkOf(rule)
  const demands = method === 'cert' || clientcert !== undefined
  const odd =
    where === undefined ||
    more.length > 0 ||
    (option !== undefined && clientcert === undefined && method !== 'cert')
  const wanted = demands || (tlsOnly && method !== 'reject') ? 'hostssl' : 'host'
  if (odd || type !== wanted) return undefined
  const line = given({
    database: names(databases),
    user: names(users),
    address: where === overlay ? undefined : where,
    method: method === 'scram-sha-256' ? undefined : method,
    clientcert: method === 'cert' ? undefined : clientcert,
  })
  return clientAccess.safeParse([line]).success ? line : undefined
}

const names = (all: readonly string[]): unknown =>
  all.join() === 'all' ? undefined : all.length === 1 ? all[0] : [...all]

const ruleText = ({ type, databases, users, address, netmask, method, options }: HbaRule): string =>
  [type, databases.join(), users.join(), address ?? '', netmask ?? '', method, ...(options ?? [])]
    .filter((word) => word !== '')
    .join(' ')
