import type { Host } from '../../playbook/inventory.ts'
import { UserError } from '../../core/errors.ts'
import type { Cluster } from '../cluster.ts'
import { refuseDeaf } from '../promotion/plan.ts'
import { megabytes } from '../restore/messages.ts'
import { survey } from '../survey.ts'
import { hostVarsOf } from '../vars/host.ts'
import { type UpgradeOrder, type UpgradeState, keptData } from './order.ts'
import { type UpgradeSituation, refusal, refuseContents, refuseVersions } from './plan.ts'
import type { Rehearsal } from './rehearsal.ts'

/** Bytes of WAL that a replica may be behind: the primary waits for it as it is shut down. */
const MAX_LAG = 16n * 2n ** 20n
/** A rehearsal that is older says too little of the data of now. */
const REHEARSED_DAYS = 7

export interface MajorWish {
  readonly to: number
  /** The image of the new version, where an upgrade is begun, and that of the inventory. */
  readonly image: () => string
  readonly oldImage: string
  readonly now: Date
}

/** The upgrade of the cluster itself. */
export interface MajorUpgrade {
  /** `unknown` while nothing was asked. */
  readonly kind: 'unknown' | 'begin' | 'continue'
  readonly primary: Host
  readonly order: UpgradeOrder
  /** Of which the upgrade was rehearsed; undefined where one goes on. */
  readonly rehearsal: Rehearsal | undefined
}

/**
 * The upgrade that is to be begun, or one that was begun and goes on. All that can be known to fail is found here.
 * @throws UserError before anything is changed, for every reason not to
 */
export function planMajor(situation: UpgradeSituation, wish: MajorWish): MajorUpgrade {
  const { cluster, facts, fact } = situation
  const { nodes, first, asked } = cluster
  const { to, oldImage, now } = wish
  const begun = begunUpgrade(cluster)
  if (begun !== undefined) return { kind: 'continue', rehearsal: undefined, ...goesOn(cluster, begun, to) }
  const order = {
    id: idOf(now),
    from: 0,
    to,
    image: wish.image(),
    oldImage,
    settings: [],
    was: { systemId: '', timeline: 1 },
  }
  if (!asked)
    return { kind: 'unknown', primary: first, order: { ...order, node: first.name }, rehearsal: undefined }
  const { primary } = survey(nodes, facts, first)
  for (const node of nodes) refuseUnready(cluster, node, primary)
  const from = refuseVersions(situation, primary, to)
  refuseContents(primary, fact(primary))
  refuseLeft(situation, primary, from)
  refuseFull(situation, primary)
  const { systemId, timeline } = cluster.fact(primary)
  const settings = fact(primary).server?.altered ?? []
  return {
    kind: 'begin',
    primary,
    order: { ...order, node: primary.name, from, settings, was: { systemId, timeline } },
    rehearsal: rehearsed(situation, from, wish),
  }
}

/** What the nodes say of an upgrade that was begun and is not over. The node that has it open knows most. */
export function begunUpgrade({ nodes, fact }: Cluster): UpgradeState | undefined {
  const states = nodes.flatMap((node) => fact(node).upgrade ?? [])
  const [newest] = states.toSorted((one, other) => (one.order.id < other.order.id ? 1 : -1))
  if (newest === undefined) return undefined
  const same = states.filter(({ order }) => order.id === newest.order.id)
  const any = (name: 'opened' | 'aborting' | 'finishing') => same.some((state) => state[name])
  return {
    ...newest,
    done: same.every(({ done }) => done) && same.length === states.length,
    opened: any('opened'),
    aborting: any('aborting'),
    finishing: any('finishing'),
  }
}

function goesOn(
  cluster: Cluster,
  { order, done, aborting, finishing }: UpgradeState,
  to: number,
): Pick<MajorUpgrade, 'primary' | 'order'> {
  const command = `run-playbook upgrade -e to=${order.to}`
  if (finishing)
    throw refusal('the cluster is upgraded, and the removal of the old data was begun', {
      hint: `To finish that: ${command} -e finish=yes.`,
    })
  if (aborting)
    throw refusal(`an abort of the upgrade to PostgreSQL ${order.to} was begun`, {
      hint: `Finish the abort first: ${command} -e abort=yes. Then begin the upgrade anew.`,
    })
  if (done)
    throw refusal(`the cluster is upgraded to PostgreSQL ${order.to} already, and the old data are kept`, {
      hint: `To go back: ${command} -e abort=yes. To remove the old data: ${command} -e finish=yes.`,
    })
  if (order.to !== to)
    throw refusal(`an upgrade to PostgreSQL ${order.to} was begun, not to ${to}`, {
      hint: `To finish it: ${command}. To abort it: add -e abort=yes.`,
    })
  const primary = cluster.nodes.find(({ name }) => name === order.node)
  const lost = cluster.nodes.filter((node) => !cluster.fact(node).reached)
  if (primary === undefined || lost.length > 0)
    throw refusal(`${lost.map(({ name }) => name).join(' and ') || order.node} cannot be reached`, {
      hint: `Bring it back, then run the same command again. Or abort the upgrade: ${command} -e abort=yes.`,
    })
  for (const node of cluster.nodes) refuseDeaf(node, cluster.fact(node), refusal)
  return { primary, order }
}

// Every node is needed: the replicas for the way back, and none may have more than the primary.
function refuseUnready({ fact }: Cluster, node: Host, primary: Host): void {
  const said = fact(node)
  if (!said.reached)
    throw refusal(`${node.name} cannot be reached`, {
      hint: 'Bring it back, or delete it from the inventory and run run-playbook site.',
    })
  refuseDeaf(node, said, refusal)
  if (!said.hasBackups)
    throw refusal(`there is no backup on ${node.name}`, {
      hint: `Take one: run-playbook backup -l ${node.name}.`,
    })
  if (node === primary) return
  const { server } = said
  if (server?.receiver !== 'streaming' || server.upstream !== primary.address)
    throw refusal(`${node.name} does not receive WAL from the primary, ${primary.name}`, {
      hint: 'run-playbook site repairs its replication.',
    })
  const lag = (fact(primary).server?.position ?? 0n) - (server.replayed ?? 0n)
  if (lag > MAX_LAG)
    throw refusal(`${node.name} is ${lag} bytes of WAL behind ${primary.name}`, {
      hint: 'Wait until it has caught up.',
    })
}

// What pg_upgrade refuses or does not keep, and no rehearsal shows, because no backup has it.
function refuseLeft({ fact }: UpgradeSituation, primary: Host, from: number): void {
  const { prepared = 0, logicalSlots = [] } = fact(primary).server ?? {}
  if (prepared > 0)
    throw refusal(`there are ${prepared} prepared transactions, with which pg_upgrade refuses`, {
      hint: 'End them: COMMIT PREPARED or ROLLBACK PREPARED (SELECT gid, database FROM pg_prepared_xacts).',
    })
  if (from < 17 && logicalSlots.length > 0)
    throw refusal(`pg_upgrade does not keep logical replication slots below 17: ${logicalSlots.join(', ')}`, {
      hint: 'Let their subscribers catch up and drop them (pg_drop_replication_slot). Make them anew after the upgrade.',
    })
}

// Each node has the new data beside the old ones.
function refuseFull({ cluster: { nodes }, fact }: UpgradeSituation, primary: Host): void {
  const need = fact(primary).dataSize * 1.1 + 2 ** 30
  const full = nodes.filter((node) => fact(node).dataFree < need)
  if (full.length === 0) return
  const each = full.map(
    (node) => `${node.name} has ${megabytes(fact(node).dataFree)} in ${hostVarsOf(node).dataDir}`,
  )
  throw new UserError(
    'E_NO_ROOM',
    `not enough disk space: the new data lie beside the old ones and need ${megabytes(need)}, but ${each.join(', ')}`,
    { hint: 'Free some space. Nothing was changed.' },
  )
}

function rehearsed(
  { cluster: { nodes }, fact }: UpgradeSituation,
  from: number,
  { to, now }: MajorWish,
): Rehearsal {
  const major = (version: string | null): number => Number.parseInt(version ?? '', 10)
  const [newest] = nodes
    .flatMap((node) => fact(node).rehearsal ?? [])
    .filter((one) => major(one.from) === from && major(one.to) === to)
    .toSorted((one, other) => other.at - one.at)
  const age = newest === undefined ? Infinity : now.getTime() / 1000 - newest.at
  if (newest?.result === 'ok' && age < REHEARSED_DAYS * 86_400) return newest
  const why =
    newest === undefined
      ? `an upgrade from PostgreSQL ${from} to ${to} was not rehearsed`
      : newest.result === 'ok'
        ? `the rehearsal is ${Math.floor(age / 86_400)} days old, and at most ${REHEARSED_DAYS} are allowed`
        : `the rehearsal failed: ${newest.text}`
  throw refusal(why, { hint: `Rehearse it: run-playbook upgrade -e to=${to} -e rehearse=yes.` })
}

// `20261124T140300Z`
const idOf = (now: Date): string => now.toISOString().replace(/[-:]|\.\d+/g, '')

/** What is asked before it begins. */
export function upgradeQuestion({ kind, primary, order, rehearsal }: MajorUpgrade): string {
  if (kind === 'continue')
    return `The upgrade to PostgreSQL ${order.to} that was begun goes on. ${primary.name}, the primary, does not accept writes until the new version is open.`
  const seconds = (rehearsal?.times ?? [])
    .filter(({ name }) => name === 'upgrade' || name === 'start')
    .reduce((sum, one) => sum + one.seconds, 0)
  return `${primary.name}, the primary, and its replicas are stopped, and PostgreSQL ${order.from} is upgraded to ${order.to}. Clients cannot write meanwhile: in the rehearsal that took ${seconds.toFixed(1)} s, and the shutdown is before that. The old data are kept in ${keptData(order)} on each node.`
}
