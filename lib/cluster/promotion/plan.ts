import type { Host } from '../../playbook/inventory.ts'
import { UserError } from '../../core/errors.ts'
import type { Cluster } from '../cluster.ts'
import { formatLsn } from '../../pgbackrest/index.ts'
import { type Shortage, less, shortages } from '../capacity.ts'
import type { NodeFact } from '../facts/node.ts'
import { refuseUnfinishedRestore, refuseUnfinishedUpgrade } from '../refusals.ts'
import { refuseForeign } from '../survey.ts'

export interface PromotionWish {
  /** The name of the node. */
  readonly to: string
  /** Bytes of WAL that it may be behind in a planned promotion. */
  readonly maxLag: number
  /** Promote although commits may be lost that another node has. */
  readonly loseCommits: boolean
}

/** What is left to do of a promotion. */
export type Promotion =
  /** Nothing was asked yet. */
  | { readonly kind: 'unknown'; readonly to: Host }
  /** `from` hands over: it is stopped when its successor is ready, and asked for every byte. */
  | { readonly kind: 'planned'; readonly to: Host; readonly from: Host }
  /** The primary is lost. `from` is a node whose disk can still be told, not one that could be asked. */
  | { readonly kind: 'lost'; readonly to: Host; readonly from: Host | undefined; readonly received: string }
  /** It is the primary already, and somebody does not follow it yet. */
  | { readonly kind: 'finish'; readonly to: Host }

/**
 * What a promotion has to do, from what the nodes say: whatever an earlier run left half done, the answer leads on from there.
 * @throws UserError before anything is changed, for every reason not to
 */
export function planPromotion(cluster: Cluster, wish: PromotionWish): Promotion {
  const { nodes, fact } = cluster
  const to = target(cluster, wish.to, refusal)
  if (!cluster.asked) return { kind: 'unknown', to }
  if (!fact(to).reached) throw refusal(`${to.name} cannot be reached`)
  refuseUnfinishedRestore(nodes, fact)
  refuseUnfinishedUpgrade(nodes, fact)
  refuseForeign(nodes, fact)
  const self = fact(to)
  const writers = nodes.filter((node) => fact(node).disk === 'primary')
  const top = Math.max(...writers.map((node) => fact(node).timeline))
  const [primary, rival] = writers.filter((node) => fact(node).timeline === top)
  if (rival !== undefined)
    throw refusal(`${primary?.name} and ${rival.name} both have the data of a primary on timeline ${top}`)
  for (const node of [...writers, to]) refuseDeaf(node, fact(node), refusal)
  refuseOvertaken(writers, fact, primary !== undefined && self.timeline <= top ? primary : to)
  if (to === primary && self.fence === undefined) return finish(cluster, to)
  if (self.disk === 'primary')
    throw refusal(`${to.name} is an old primary that is behind the current primary: it must rejoin first`, {
      hint: 'run-playbook site makes it a replica.',
    })
  refuseUnfit(to, self)
  refuseHeldUp(to, self)
  const overtaken = primary !== undefined && self.timeline > top
  if (primary === undefined || overtaken) return afterLoss(cluster, to, primary, wish)
  const old = fact(primary)
  if (old.server?.recovery === false) {
    refuseUnready(cluster, to, primary, wish)
    return { kind: 'planned', to, from: primary }
  }
  if (old.clean && old.server === undefined && old.container !== 'running') {
    const whole = self.timeline === old.timeline && (self.server?.position ?? 0n) > old.checkpoint
    if (whole) return { kind: 'planned', to, from: primary }
    if (!wish.loseCommits)
      throw refusal(
        `${to.name} has received WAL up to ${at(self)}, but ${primary.name}, which was shut down, ends at ${formatLsn(old.checkpoint)} on timeline ${old.timeline}`,
        {
          hint: `Start ${primary.name} again with run-playbook site, so that ${to.name} receives the rest of the WAL.`,
        },
      )
  }
  if (!wish.loseCommits)
    throw refusal(
      `PostgreSQL on the primary, ${primary.name}, is not running (container ${old.container}), but its data is there and may contain commits that no replica has`,
      {
        hint: 'run-playbook site starts it. To promote anyway and lose those commits: -e lose-commits=true.',
      },
    )
  return afterLoss(cluster, to, primary, wish)
}

type Refusal = (message: string, options?: { readonly hint?: string }) => UserError

/** Containers go on without Docker: whoever was primary may accept writes, and could not be stopped. @throws what `refuse` makes */
export function refuseDeaf({ name }: Host, { dockerTrouble }: NodeFact, refuse: Refusal): void {
  if (dockerTrouble === undefined) return
  throw refuse(
    `Docker does not answer on ${name} (${dockerTrouble}), so it is not known whether PostgreSQL is running there`,
    {
      hint: `PostgreSQL may still accept connections there. Check \`systemctl status docker containerd\` on ${name}, and run the same command again when Docker answers. If the machine cannot be repaired, switch it off first.`,
    },
  )
}

// What it has acknowledged since would be taken back with it, and nobody would be told.
function refuseOvertaken(writers: readonly Host[], fact: Cluster['fact'], newest: Host): void {
  const left = writers.find((node) => node !== newest && fact(node).server?.recovery === false)
  if (left === undefined) return
  throw refusal(
    `${left.name} accepts writes on timeline ${fact(left).timeline}, but ${newest.name} is on timeline ${fact(newest).timeline}`,
    {
      hint: `Decide which one to keep. If it is ${newest.name}, stop ${left.name} with \`docker stop postgres\` on it: writes that only it received are lost.`,
    },
  )
}

/** The node of that name. @throws what `refuse` makes */
export function target({ nodes }: Cluster, name: string, refuse: Refusal): Host {
  const to = nodes.find((node) => node.name === name)
  if (to === undefined)
    throw refuse(`there is no node ${name}`, {
      hint: `The cluster has ${nodes.map((node) => node.name).join(', ')}.`,
    })
  return to
}

// A second run after a whole one has nothing to finish, and whoever asks for it is mistaken.
function finish({ nodes, fact, others }: Cluster, to: Host): Promotion {
  const follows = (node: Host): boolean => {
    const { reached, disk, fence, rejoining, server } = fact(node)
    if (!reached) return true
    return (
      disk === 'replica' &&
      fence === undefined &&
      !rejoining &&
      server?.receiver === 'streaming' &&
      server.upstream === to.address
    )
  }
  if (fact(to).server === undefined)
    throw refusal(`${to.name} is the primary already, but PostgreSQL is not running on it`, {
      hint: 'run-playbook site starts it. If it must not be the primary any more, promote another node.',
    })
  if (fact(to).server?.recovery === false && others(to).every(follows))
    throw refusal(`${to.name} is the primary already`, {
      hint: `Replicas: ${nodes
        .filter((node) => node !== to)
        .map(({ name }) => name)
        .join(', ')}.`,
    })
  return { kind: 'finish', to }
}

function refuseUnfit(to: Host, { disk, server }: NodeFact): void {
  if (disk === 'none')
    throw refusal(`${to.name} has no data`, { hint: 'run-playbook site makes it a replica.' })
  if (server === undefined || !server.recovery)
    throw refusal(`PostgreSQL is not running on ${to.name}`, {
      hint: 'run-playbook site starts it; `docker logs postgres` on the node shows why it stopped.',
    })
}

// PostgreSQL ends, instead of being promoted, when it has less than the WAL asks for.
function refuseHeldUp({ name }: Host, node: NodeFact): void {
  const [short] = shortages(node)
  if (short === undefined) return
  throw refusal(
    `replay is paused on ${name}: ${short.name} is ${short.has} there and ${short.needs} on the primary`,
    {
      hint: `It restarts by itself with a sufficient value, within seconds. If it does not: \`docker restart postgres\` on ${name}.`,
    },
  )
}

function refusePaused({ name }: Host, { server }: NodeFact): void {
  if (server?.paused !== true) return
  throw refusal(
    `replay is paused on ${name}: the remaining WAL would have to be replayed during the promotion, while writes are blocked`,
    {
      hint: `Somebody called pg_wal_replay_pause(). To resume: \`docker exec -u postgres postgres psql -c 'SELECT pg_wal_replay_resume()'\` on ${name}.`,
    },
  )
}

// They would stop to replay with the first WAL of the new primary.
function refuseTooSmall({ others, fact }: Cluster, to: Host): void {
  const has = fact(to).server?.capacity ?? {}
  for (const other of others(to)) {
    const { server } = fact(other)
    const [short] = server?.recovery === true ? less(server.capacity, has) : []
    if (short !== undefined) throw refusal(tooSmall(other, to, short), { hint: SITE_EVENS })
  }
}

const tooSmall = (host: Host, to: Host, { name, has, needs }: Shortage): string =>
  `${name} is ${has} on ${host.name} and ${needs} on ${to.name}, which ${host.name} could not follow`
const SITE_EVENS = 'run-playbook site gives all nodes the same.'

function refuseUnready(cluster: Cluster, to: Host, from: Host, { maxLag }: PromotionWish): void {
  const { fact } = cluster
  refusePaused(to, fact(to))
  refuseTooSmall(cluster, to)
  const [self, old] = [fact(to), fact(from)]
  if (self.server?.receiver !== 'streaming' || self.server.upstream !== from.address)
    throw refusal(
      `${to.name} does not receive WAL from the primary, ${from.name} (${self.server?.receiver ?? 'no connection'})`,
      {
        hint: 'run-playbook site repairs its replication.',
      },
    )
  const lag = (old.server?.position ?? 0n) - (self.server.replayed ?? 0n)
  if (lag > maxLag)
    throw refusal(`${to.name} is ${lag} bytes of WAL behind ${from.name}, but only ${maxLag} are allowed`, {
      hint: 'Wait until it has caught up, or allow more: -e max-lag=BYTES. Writes are blocked while it catches up.',
    })
}

// Without the primary nobody knows what it had. What can be known: that it is gone, and which replica has the most.
function afterLoss(cluster: Cluster, to: Host, from: Host | undefined, wish: PromotionWish): Promotion {
  const { nodes, fact } = cluster
  const replicas = nodes.filter((node) => fact(node).disk === 'replica' && fact(node).server?.recovery)
  const witness = replicas.find((node) => fact(node).server?.upstreamAnswers)
  if (witness !== undefined && fact(witness).server?.upstream !== to.address)
    throw refusal(
      `the primary at ${fact(witness).server?.upstream} could not be reached from here, but ${witness.name} still receives WAL from it`,
      {
        hint: 'That primary is running, and there must not be two primaries. Make SSH to it work, or switch the machine off.',
      },
    )
  const received = replicas.map((node) => `${node.name} ${at(fact(node))}`).join(', ')
  const far = `Received: ${received}.`
  if (wish.loseCommits) return { kind: 'lost', to, from, received }
  const reached = nodes.filter((node) => fact(node).reached).length
  if (reached * 2 <= nodes.length)
    throw refusal(`only ${reached} of ${nodes.length} nodes can be reached`, {
      hint: `The other nodes may still be running as a cluster. If they are permanently lost: -e lose-commits=true. ${far}`,
    })
  const unsure = nodes.find((node) => fact(node).disk === 'replica' && !knowsItsEnd(fact(node)))
  if (unsure !== undefined) refuseDeaf(unsure, fact(unsure), refusal)
  if (unsure !== undefined)
    throw refusal(
      `it is not known how much WAL ${unsure.name} has received: it ${fact(unsure).server ? 'is still replaying WAL' : 'does not answer'}`,
      {
        hint: `Try again in a moment. To promote anyway, and lose commits that only ${unsure.name} may have: -e lose-commits=true. ${far}`,
      },
    )
  const best = replicas.toSorted((a, b) => advance(fact(b), fact(a)))[0]
  if (best !== undefined && advance(fact(best), fact(to)) > 0)
    throw refusal(`${best.name} has received more WAL than ${to.name}: commits would be lost`, {
      hint: `${far} Promote ${best.name}, or lose those commits: -e lose-commits=true.`,
    })
  return { kind: 'lost', to, from, received }
}

// What a rejoin is about to take back counts for nothing.
const knowsItsEnd = ({ rejoining, server }: NodeFact): boolean =>
  rejoining || (server !== undefined && !server.replaying)

/** Positive when the first has more than the second: by timeline, then by position. */
const advance = (a: NodeFact, b: NodeFact): number =>
  a.timeline - b.timeline || Number((a.server?.position ?? 0n) - (b.server?.position ?? 0n))

const at = ({ server, timeline }: NodeFact): string =>
  `${formatLsn(server?.position ?? 0n)} on timeline ${timeline}`

const refusal = (message: string, options: { readonly hint?: string } = {}): UserError =>
  new UserError('E_PROMOTE', `not promoted: ${message}`, {
    hint: `${options.hint ?? ''} Nothing was changed.`.trim(),
  })
