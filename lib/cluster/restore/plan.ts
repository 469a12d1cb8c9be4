import { type Choice, type Reach, type Target, chooseRepository } from '../../pgbackrest/index.ts'
import type { Host } from '../../playbook/inventory.ts'
import { UserError } from '../../core/errors.ts'
import type { Order } from './order.ts'
import type { RestoreNode } from './fact.ts'
import { type Wish, wishWords } from './request.ts'

/** How a restore is going to be done. */
export interface Course {
  /** Whose repository: it is restored there. */
  readonly node: Host
  readonly order: Order
  /** The backup's size, in bytes. */
  readonly size: number
  /** In words: why this repository, and why no other. */
  readonly why: readonly string[]
  /** A restore point that the primary sets first: an explicit target, so that a hole in the archive ends the recovery. */
  readonly point: { readonly name: string; readonly primary: Host } | undefined
}

export interface Situation {
  readonly nodes: readonly Host[]
  readonly fact: (node: Host) => RestoreNode
  readonly now: Date
}

/** The node that accepts writes now. */
export function livingPrimary({ nodes, fact }: Situation): Host | undefined {
  const writers = nodes.filter((node) => fact(node).node.server?.recovery === false)
  return writers.length === 1 ? writers[0] : undefined
}

/** @throws UserError when no repository leads there */
export function plotCourse(
  situation: Situation,
  wish: Wish,
  options: {
    readonly from?: string | undefined
    readonly repository?: Order['repository'] | undefined
    readonly keep: boolean
  },
): Course {
  const { nodes, fact, now } = situation
  const primary = livingPrimary(situation)
  const alive = wish.type === 'now' ? primary : undefined
  const target = targetOf(wish, alive && fact(alive).node)
  // Of equals the first counts: where the primary is, a table has the shortest way back.
  const order = [...nodes].sort((one, other) => Number(other === primary) - Number(one === primary))
  const candidates = order.filter(({ name }) => options.from === undefined || name === options.from)
  if (candidates.length === 0)
    throw new UserError('E_UNKNOWN_HOST', `from=${options.from}: there is no such node`, {
      hint: `There are ${nodes.map(({ name }) => name).join(', ')}.`,
    })
  const places = placesOf(candidates, fact).filter(
    ({ kind }) => options.repository === undefined || kind === options.repository,
  )
  const choice = chooseRepository(
    places.map(({ name, repository }) => ({ node: name, repository })),
    target,
  )
  const place = places.find(({ name }) => name === choice.node)
  const { reach } = choice
  if (place === undefined || reach?.backup === undefined)
    throw unreached(wish, choice, primary !== undefined && now)
  if (wish.type === 'now' && choice.short) throw endsEarly(choice)
  const id = now.toISOString().replace(/[-:]|\.\d+/g, '')
  const known = knownTimelines(situation)
  const ends = reach.end?.timeline ?? 1
  const { host: node, repository } = place
  const point = alive && { name: `run_playbook_${id}`, primary: alive }
  return {
    node,
    point,
    size: reach.backup.size,
    why: [choice.reason, ...choice.others.map((other) => `not ${other.node}: ${other.why}`)],
    order: {
      id,
      node: node.name,
      ...(place.kind === 'object-store' && { repository: place.kind }),
      to: wishWords(wish),
      wish: JSON.stringify(wish),
      keep: options.keep,
      abortable: nodes.every((one) => fact(one).order === undefined),
      options: [
        `--set=${reach.backup.label}`,
        ...targetOptions(wish, reach, point?.name),
        ...taken(known, ends),
      ],
      becomes: {
        systemId: typeof repository === 'string' ? '' : repository.systemId,
        timeline: Math.max(ends, ...known) + 1,
      },
    },
  }
}

interface Place {
  readonly host: Host
  readonly kind: NonNullable<Order['repository']>
  /** As the words of the choice have it. */
  readonly name: string
  readonly repository: RestoreNode['repository']
}

// Of equals the first counts, and a disk is nearer than a store.
const placesOf = (hosts: readonly Host[], fact: Situation['fact']): readonly Place[] => [
  ...hosts.map((host): Place => ({
    host,
    kind: 'local',
    name: host.name,
    repository: fact(host).repository,
  })),
  ...hosts.flatMap((host): Place[] => {
    const { store } = fact(host)
    const name = `${host.name} in the object store`
    return store === undefined ? [] : [{ host, kind: 'object-store', name, repository: store }]
  }),
]

function targetOf(wish: Wish, alive: RestoreNode['node'] | undefined): Target {
  switch (wish.type) {
    case 'now':
    case 'latest': {
      // An archive that does not know of the primary's timeline does not lead to now.
      const timeline = alive?.server?.timeline ?? undefined
      return { type: 'latest', timeline }
    }
    case 'time':
      return { type: 'time', time: wish.time }
    default:
      return wish
  }
}

function targetOptions(wish: Wish, reach: Reach, point: string | undefined): string[] {
  const timeline = reach.timeline === undefined ? [] : [`--target-timeline=${reach.timeline}`]
  if (point !== undefined) return ['--type=name', `--target=${point}`, ...timeline]
  switch (wish.type) {
    case 'now':
    case 'latest':
      // Past that place recovery would go on along a branch that was left.
      if (reach.stopAt !== undefined)
        return ['--type=lsn', `--target=${reach.stopAt}`, '--target-exclusive', ...timeline]
      return [...timeline, `--promised=${reach.end?.segment ?? ''}`]
    case 'time':
      return ['--type=time', `--target=${wish.text}`, ...timeline]
    case 'name':
      return ['--type=name', `--target=${wish.name}`, ...timeline]
    case 'lsn':
      return ['--type=lsn', `--target=${wish.lsn}`, ...timeline]
    case 'backup':
      return ['--type=immediate']
  }
}

// All numbers that mean something on any node.
const knownTimelines = ({ nodes, fact }: Situation): readonly number[] =>
  nodes.flatMap((node) => {
    const { repository, store, node: own } = fact(node)
    const archives = [repository, store].flatMap((one) =>
      one === undefined || typeof one === 'string' ? [] : [...one.archives.values()],
    )
    const ranges = archives.flatMap((archive) =>
      archive.ranges.map(({ last }) => Number.parseInt(last.slice(0, 8), 16)),
    )
    return [own.timeline, ...ranges, ...archives.flatMap(({ histories }) => [...histories.keys()])]
  })

// The cluster that comes of it begins a timeline of its own. Its number must mean nothing else on any node: pgBackRest refuses
// a second history of one number (exit 45), and pg_rewind would take two branches for one.
function taken(known: readonly number[], ends: number): string[] {
  const [first, last] = [ends + 1, Math.max(1, ...known)]
  const numbers = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i)
  return numbers.length === 0 ? [] : [`--taken=${numbers.join(',')}`]
}

function unreached(wish: Wish, { reason, others }: Choice, now: Date | false): UserError {
  const lines = others.map(({ node, why: words }) => `${node}: ${words}`)
  const fresh = now !== false && wish.type === 'time' && now.getTime() - wish.time.getTime() < 120_000
  if (fresh) lines.push('WAL is archived within a minute: try again then.')
  return new UserError('E_NOT_RECOVERABLE', `${wishWords(wish)} cannot be restored: ${reason}`, {
    hint: lines.length === 0 ? 'There are no repositories.' : lines.join('\n  '),
  })
}

const endsEarly = ({ reason }: Choice): UserError =>
  new UserError(
    'E_ENDS_EARLY',
    `the latest state cannot be restored from any repository. The best one is ${reason}`,
    {
      hint: 'To restore to the end of the archived WAL: -e target=latest',
    },
  )
