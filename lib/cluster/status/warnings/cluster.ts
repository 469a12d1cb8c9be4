import { claimOf, followerBeside } from '../claims.ts'
import type { Config } from '../config.ts'
import type { Status, Warning } from '../schema.ts'
import { list } from '../format.ts'
import { type Known, type Rule, critical, warning } from './warn.ts'

/** What has to be known of each node to see whether they fit together. */
export type Member = Pick<Status['postgres'], 'role' | 'timeline' | 'systemIdentifier'> & {
  readonly name: string
  readonly up: boolean | null
}

/** The nodes among each other. */
export function amongEachOther(members: readonly Member[]): Warning[] {
  const primaries = members.filter(({ role, up }) => role === 'primary' && up === true)
  const unknown = members.filter(({ role, up }) => role === 'primary' && up === null)
  const systems = new Set(members.map(({ systemIdentifier }) => systemIdentifier).filter(Boolean))
  const [primary] = primaries
  const behind = members.filter(
    ({ role, up, timeline }) =>
      primaries.length === 1 &&
      role === 'replica' &&
      up === true &&
      timeline !== null &&
      timeline !== primary?.timeline,
  )
  return [
    primaries.length > 1 &&
      critical(
        'two-primaries',
        `${list(primaries.map(({ name }) => name))} both accept writes (split brain): the writes to one of them will be lost`,
      ),
    systems.size > 1 &&
      critical(
        'foreign-cluster',
        'The nodes have data of different clusters: their system identifiers differ',
      ),
    primaries.length === 0 &&
      members.length > 1 &&
      critical(
        'no-primary',
        unknown.length === 0
          ? 'There is no primary among the nodes that answer. A node that does not answer may still accept writes'
          : `It is not known whether a node accepts writes: ${list(unknown.map(({ name }) => name))} has the data of a primary, but it is not known whether PostgreSQL runs there`,
      ),
    ...behind.map(({ name, timeline }) =>
      warning(
        'timeline-differs',
        `${name} is on timeline ${timeline}, but the primary ${primary?.name} is on timeline ${primary?.timeline}`,
      ),
    ),
  ].filter((one) => one !== false)
}

/** The nodes as seen from here. */
export const cluster: Rule = (status, config) => [
  ...amongEachOther([{ ...status.postgres, name: status.node.name }, ...status.peers.map(asMember)]),
  ...status.peers.map(
    ({ name, reached, reason, up }) =>
      (!reached && reason !== null && critical('node-unreachable', `${name} does not answer: ${reason}`)) ||
      (up === false && critical('node-down', `PostgreSQL is down on ${name}`)),
  ),
  ...disputes(status, config),
]

// Either it lies, or somebody promoted it by hand: only a person can tell.
const disputes = (status: Known, config: Config): Warning[] =>
  status.peers
    .filter((peer) => status.postgres.up && claimOf(status, peer, config) === 'disputed')
    .map((peer) => {
      const address = followerBeside(status, peer, config)
      const follower = config.peers.find((other) => other.address === address)?.name
      return critical(
        'promotion-unsigned',
        `${peer.name} says that it is the primary on timeline ${peer.timeline}, but run-playbook has not signed that promotion, and ${follower} still follows this node. This node stays the primary. Do not run site before you know who promoted ${peer.name}; docs/second-day.md says what to do`,
      )
    })

// What a peer said that does not answer any more counts no longer.
const asMember = ({
  name,
  reached,
  up,
  role,
  timeline,
  systemIdentifier,
}: Status['peers'][number]): Member =>
  reached
    ? { name, up, role, timeline, systemIdentifier }
    : { name, up: null, role: null, timeline: null, systemIdentifier: null }
