import { type Host, type Play, UserError, definePlay } from 'run-playbook'
import {
  postgresFenced,
  postgresHandsOver,
  postgresPromoted,
  postgresPromotionSigned,
  postgresTakesOver,
  postgresFollows,
} from 'run-playbook/roles'
import {
  type ClusterContext,
  SERVICE_CONTAINERS,
  clusterOf,
  hostVarsOf,
  nodeRoleVarsOf,
  type Promotion,
  type PromotionWish,
  planPromotion,
  refuseByHand,
  refuseForeignContainers,
  type WayBack,
  wayBack,
} from 'run-playbook/cluster'
import { databasePlays } from './database.ts'

/**
 * The plays of a promotion. What comes after the promotion itself is what `site` does under the new primary.
 * @throws UserError before anything is changed, for every reason not to
 */
export function promotionPlays(context: ClusterContext, wish: PromotionWish): readonly Play[] {
  refuseLimited(context)
  refuseForeignContainers(context, SERVICE_CONTAINERS)
  refuseByHand(context)
  const cluster = clusterOf(context)
  const { nodes, fact, others } = cluster
  const promotion = planPromotion(cluster, wish)
  const { to } = promotion
  const from = predecessor(promotion)
  const after = onNextTimeline(context, promotion)
  const node = nodeRoleVarsOf(after, to, true)
  const successor = { successor: to.name, successorAddress: to.address }
  const running = others(to).filter((host) => host !== from && fact(host).server?.recovery === true)
  const plays: (Play | false)[] = [
    // Asked about everything now, the new primary is not asked while writers wait.
    definePlay({
      name: 'before the promotion',
      hosts: [to],
      anyErrorsFatal: true,
      roles: (host) => [promotion.kind === 'planned' && postgresTakesOver(node(host))],
    }),
    promotion.kind === 'planned' &&
      definePlay({
        name: 'hand over',
        hosts: [promotion.from],
        anyErrorsFatal: true,
        roles: (host) => [
          postgresHandsOver({ ...node(host), ...successor, running: fact(host).server !== undefined }),
        ],
      }),
    promotion.kind === 'lost' &&
      promotion.from !== undefined &&
      definePlay({
        name: 'fence',
        hosts: [promotion.from],
        anyErrorsFatal: true,
        roles: (host) => [postgresFenced({ ...node(host), ...successor })],
      }),
    definePlay({
      name: 'promote',
      hosts: [to],
      anyErrorsFatal: true,
      roles: (host) => [
        postgresPromoted({
          ...node(host),
          name: host.name,
          from: whom(promotion),
          old: promotion.kind === 'planned' ? placeOf(promotion.from) : undefined,
        }),
      ],
    }),
    definePlay({
      name: 'follow',
      hosts: [to, ...running],
      roles: (host) => [(host === to ? postgresPromotionSigned : postgresFollows)(node(host))],
    }),
  ]
  // A node that is lost must not count as one that was not reached: that is found out by asking.
  if (promotion.kind === 'unknown') return plays.filter((play) => play !== false)
  return [
    ...plays.filter((play) => play !== false),
    // After a loss nobody waits for backups: pgBackRest would try the lost node again and again. The nodes take theirs
    // themselves, on the new timeline.
    ...databasePlays(after, to, returning(nodes, fact, promotion), {
      backups: promotion.kind !== 'lost',
      newcomers: false,
      keep: true,
    }),
  ]
}

/** Without the play that stops the old primary, the next one would make a second. @throws UserError E_LIMITED */
export function refuseLimited(context: ClusterContext): void {
  const left = clusterOf(context).nodes.filter((node) => !context.limited.includes(node))
  if (left.length === 0) return
  throw new UserError(
    'E_LIMITED',
    `a promotion changes every node, but --limit leaves out ${left.map(({ name }) => name).join(' and ')}`,
    { hint: 'Leave out --limit. Nodes that cannot be reached do not stop the promotion.' },
  )
}

// Where the promotion leads to. Should PostgreSQL take a later timeline, because it knows of one that came to nothing, then what is
// signed still tells of a promotion after the old primary, and the next run of site signs the later one.
function onNextTimeline(context: ClusterContext, { kind, to }: Promotion): ClusterContext {
  if (kind === 'finish' || kind === 'unknown') return context
  const fact = clusterOf(context).fact(to)
  const node = { ...context.facts.node, [to.name]: { ...fact, timeline: fact.timeline + 1 } }
  return { ...context, facts: { ...context.facts, node } }
}

const placeOf = (host: Host) => ({
  name: host.name,
  dataDir: hostVarsOf(host).dataDir,
  address: host.address,
})

const predecessor = (promotion: Promotion): Host | undefined =>
  promotion.kind === 'planned' || promotion.kind === 'lost' ? promotion.from : undefined

// After a loss the operator is told what the choice was made from, also where there was nothing to choose.
function whom(promotion: Promotion): string {
  const name = predecessor(promotion)?.name ?? 'the lost primary'
  return promotion.kind === 'lost' ? `${name} (received: ${promotion.received})` : name
}

function returning(
  nodes: readonly Host[],
  fact: ReturnType<typeof clusterOf>['fact'],
  { kind, to }: Promotion,
): ReadonlyMap<Host, WayBack> {
  const back = new Map<Host, WayBack>()
  for (const host of nodes) {
    if (host === to || !fact(host).reached) continue
    const ahead = kind === 'lost' && (fact(host).server?.position ?? 0n) > (fact(to).server?.position ?? 0n)
    const way = kind === 'finish' ? wayBack(fact(host), fact(to)) : undefined
    if (way !== undefined) back.set(host, way)
    else if (fact(host).disk === 'primary' || ahead) back.set(host, 'rewind')
  }
  return back
}
