import type { Host } from '../../playbook/inventory.ts'
import { UserError } from '../../core/errors.ts'
import type { Cluster, ClusterContext } from '../cluster.ts'
import { isShippedImage } from '../facts/containers.ts'
import { refuseDeaf } from '../promotion/plan.ts'
import { megabytes } from '../restore/messages.ts'
import { survey } from '../survey.ts'
import { hostVarsOf } from '../vars/host.ts'
import type { UpgradeFact } from './fact.ts'

export interface UpgradeWish {
  readonly to: number
  /** The name of the node that rehearses. */
  readonly on?: string | undefined
}

export interface UpgradeSituation {
  readonly cluster: Cluster
  readonly facts: ClusterContext['facts']['node']
  readonly fact: (node: Host) => UpgradeFact
}

/** Where an upgrade is rehearsed, and from which major version. */
export interface RehearsalPlan {
  readonly node: Host
  /** Undefined while nothing was asked. */
  readonly from: number | undefined
  /** What ALTER SYSTEM has set on the primary: a replica has its own. */
  readonly settings: readonly string[]
}

/**
 * Where an upgrade is rehearsed: on a replica, which has as much to copy as the primary and nobody who waits for it.
 * @throws UserError before anything is done, for what an upgrade of this cluster would fail with
 */
export function planRehearsal(situation: UpgradeSituation, wish: UpgradeWish): RehearsalPlan {
  const { cluster, facts, fact } = situation
  const { nodes, first, asked } = cluster
  if (wish.on !== undefined && !nodes.some(({ name }) => name === wish.on))
    throw refusal(`there is no node ${wish.on}`, {
      hint: `The cluster has ${nodes.map(({ name }) => name).join(', ')}.`,
    })
  const named = nodes.find(({ name }) => name === wish.on)
  if (!asked) return { node: named ?? first, from: undefined, settings: [] }
  const { primary } = survey(nodes, facts, first)
  const from = refuseVersions(situation, primary, wish.to)
  refuseContents(primary, fact(primary))
  const node = named ?? chosen(cluster, primary)
  refuseNode(situation, node)
  return { node, from, settings: fact(primary).server?.altered ?? [] }
}

/** The image with the new version. @throws UserError where only the operator knows its name */
export function upgradeImage(image: string, to: number, named: string | undefined): string {
  if (named !== undefined) {
    if (familiar(named) !== familiar(image)) return named
    throw refusal(`the nodes run with the image ${image} now`, {
      hint: `Name the one with PostgreSQL ${to}: -e to-image=NAME.`,
    })
  }
  if (isShippedImage(image)) return `${image.replace(/:[^:/]*$/, '')}:${to}`
  throw refusal(`the image ${image} is your own, so it is not known which one has PostgreSQL ${to}`, {
    hint: `Build it from docker/postgres of run-playbook with --build-arg BASE=…, and name it: -e to-image=NAME.`,
  })
}

const familiar = (image: string): string => (/:[^:/]*$/.test(image) ? image : `${image}:latest`)

export function refuseVersions(
  { cluster: { nodes, fact: nodeFact }, fact }: UpgradeSituation,
  primary: Host,
  to: number,
): number {
  const from = fact(primary).major
  if (from === undefined || nodeFact(primary).server?.recovery !== false)
    throw refusal(`PostgreSQL does not accept connections on ${primary.name}, the primary`, {
      hint: 'run-playbook site starts it.',
    })
  const other = nodes.find((node) => (fact(node).major ?? from) !== from)
  if (other !== undefined)
    throw refusal(
      `${primary.name} has the data of PostgreSQL ${from}, and ${other.name} those of PostgreSQL ${fact(other).major}`,
      { hint: `To copy ${other.name} anew from the primary: run-playbook reclone -l ${other.name}.` },
    )
  if (from >= to)
    throw refusal(
      `the cluster has PostgreSQL ${from}, and an upgrade leads to a later major version than that`,
    )
  return from
}

export function refuseContents(primary: Host, { server }: UpgradeFact): void {
  if (server === undefined)
    throw refusal(`PostgreSQL on ${primary.name} does not say what it contains`, {
      hint: 'run-playbook status shows how it is.',
    })
  if (server.tablespaces.length > 0)
    throw refusal(
      `there are tablespaces, which an upgrade does not support: ${server.tablespaces.join(', ')}`,
      {
        hint: 'Move what is in them: ALTER TABLE … SET TABLESPACE pg_default, ALTER DATABASE … SET TABLESPACE pg_default, then DROP TABLESPACE.',
      },
    )
}

function chosen({ nodes, others, fact }: Cluster, primary: Host): Host {
  const replica = others(primary).find((node) => {
    const { server, hasBackups } = fact(node)
    return hasBackups && server?.receiver === 'streaming'
  })
  return replica ?? nodes.find((node) => node !== primary && fact(node).hasBackups) ?? primary
}

function refuseNode({ cluster, fact }: UpgradeSituation, node: Host): void {
  const { reached, hasBackups, container } = cluster.fact(node)
  if (!reached) throw refusal(`${node.name} cannot be reached`)
  refuseDeaf(node, cluster.fact(node), refusal)
  if (!hasBackups)
    throw refusal(`there is no backup on ${node.name}`, {
      hint: `Take one: run-playbook backup -l ${node.name}. Or choose another node: -e on=NODE.`,
    })
  if (container !== 'running')
    throw refusal(
      `the container postgres is not running on ${node.name}: the old programs come from its image`,
      {
        hint: 'run-playbook site starts it.',
      },
    )
  const { dataSize, free } = fact(node)
  // The restored data and what pg_upgrade makes of them, which may be a copy: only the node knows.
  const need = dataSize * 1.1 + 2 ** 30
  if (free >= need) return
  throw new UserError(
    'E_NO_ROOM',
    `not enough disk space: the rehearsal needs at least ${megabytes(need)}, but ${node.name} has ${megabytes(free)} in ${hostVarsOf(node).drillDir}`,
    {
      hint: 'Free some space, or set drillDir in the inventory to a larger disk. Or choose another node: -e on=NODE.',
    },
  )
}

export const refusal = (message: string, { hint = '' }: { readonly hint?: string } = {}): UserError =>
  new UserError('E_UPGRADE', `not upgraded: ${message}`, { hint: `${hint} Nothing was changed.`.trim() })
