import { DEFAULT_SIZE, type Link, type Wal, chainTo, liesOn, walOf } from './chain.ts'
import { type Followed, follow, parting } from './follow.ts'
import type { Backup, Repository } from './repository.ts'
import { type Segment, parseSegment } from './segment.ts'
import { historyName, holeWords } from './words.ts'

/** A backup, and how far recovery gets from it. */
export interface Way extends Followed {
  /** What was committed up to then is in it. */
  readonly at: Date
  readonly backup: Backup
  /** The timeline to recover along. */
  readonly timeline: number
}

/** A backup that leads nowhere, and why. */
export interface Unusable {
  readonly backup: Backup
  readonly why: string
}

export interface Ways {
  readonly wal: Wal
  /** The timeline that counts: what the cluster became, or the one asked for. */
  readonly truth: Truth
  /** In the order of their backups. All their ends lie on the same chain, so that segment numbers compare. */
  readonly ways: readonly Way[]
  readonly unusable: readonly Unusable[]
}

/** The chain of the timeline that counts. */
export interface Truth {
  readonly timeline: number
  readonly links: readonly Link[]
  readonly size: number
  /** It was asked for, whatever else there is. */
  readonly named: boolean
  /** When a segment was in the first of the archives. */
  readonly archivedBy: (segment: Segment) => Date | undefined
}

/** What the cluster of these repositories became: their newest timeline, whose history or backup one of them has. */
export function truthOf(repositories: readonly Repository[], timeline?: number): Truth {
  const wals = repositories.map((repository) => walOf(repository))
  const tops = repositories.map(({ backups, archiveId }, i) => {
    const { archive, size } = wals[i] as Wal
    const taken = backups.flatMap(({ wal, archiveId: own }) =>
      wal === undefined || own !== archiveId ? [] : [parseSegment(wal.first, size).timeline],
    )
    return Math.max(1, ...archive.histories.keys(), ...taken)
  })
  const top = timeline ?? Math.max(1, ...tops)
  const knows = wals.find(({ archive }) => archive.histories.has(top)) ?? wals[0]
  return {
    timeline: top,
    links: knows === undefined ? [] : chainTo(knows, top),
    size: knows?.size ?? DEFAULT_SIZE,
    named: timeline !== undefined,
    archivedBy: (segment) => archivedBy(wals, segment),
  }
}

function archivedBy(wals: readonly Wal[], { timeline, number }: Segment): Date | undefined {
  const times = wals
    .filter(({ timesKnown }) => timesKnown)
    .flatMap(({ stretches }) => stretches.get(timeline) ?? [])
    .flatMap(({ first, last, since, until }) => [
      ...(first >= number ? [since.getTime()] : []),
      ...(last >= number ? [until.getTime()] : []),
    ])
  return times.length === 0 ? undefined : new Date(Math.min(...times))
}

/** Every way out of a repository: each backup along the newest timeline that it belongs to, as far as that counts. */
export function waysOut(repository: Repository, truth = truthOf([repository])): Ways {
  const wal = walOf(repository)
  const ways: Way[] = []
  const unusable: Unusable[] = []
  for (const backup of repository.backups) {
    const found = wayFrom(repository, wal, backup, truth)
    if (typeof found === 'string') unusable.push({ backup, why: found })
    else ways.push(found)
  }
  return { wal, truth, ways, unusable }
}

function wayFrom(repository: Repository, wal: Wal, backup: Backup, truth: Truth): Way | string {
  const unfit = broken(repository, backup)
  if (unfit !== undefined) return unfit
  const { wal: needs } = backup
  if (needs === undefined) return 'it was taken of a stopped cluster, and WAL does not lead on from it'
  const [first, last] = [parseSegment(needs.first, wal.size), parseSegment(needs.last, wal.size)]
  if (!liesOn(truth.links, backup, wal.size)) return astray(first.timeline, truth)
  const [way] = wal.timelines
    .filter((timeline) => timeline <= truth.timeline && liesOn(chainTo(wal, timeline), backup, wal.size))
    .map((timeline) => ({ backup, timeline, ...followTo(wal, needs.first, timeline, truth) }))
    .toSorted((a, b) => numberOf(b) - numberOf(a) || b.timeline - a.timeline)
  if (way !== undefined && numberOf(way) >= last.number) return { ...way, at: surely(repository, way, truth) }
  return way?.hole === undefined
    ? `WAL up to ${needs.last}, without which it is not consistent, is not in the archive`
    : `it is not consistent without WAL of its own: ${holeWords(way.hole)}`
}

function followTo(wal: Wal, start: string, timeline: number, truth: Truth): Followed {
  const links = chainTo(wal, timeline)
  const way = follow(wal, start, links, parting(links, truth.links))
  return wal.timesKnown ? way : { ...way, at: undefined }
}

/** WAL of a later timeline that recovery would not find the way to, because the history is missing: that timeline. */
export function unlinked({ wal, truth }: Pick<Ways, 'wal' | 'truth'>, timeline: number): number | undefined {
  const last = Math.max(0, ...wal.stretches.keys())
  return !truth.named && last > timeline ? last : undefined
}

/** Nothing that counts lies behind its end. */
export const isComplete = (way: Way, ways: Ways): boolean =>
  way.hole === undefined && way.stray === undefined && unlinked(ways, way.timeline) === undefined

const astray = (own: number, { timeline, links }: Truth): string =>
  links.length === 1 && timeline > 1
    ? `it was taken on timeline ${own}, and without ${historyName(timeline)} nothing says how timeline ${timeline} came from there`
    : `it was taken on timeline ${own} at a place that is not on the way to timeline ${timeline}`

const numberOf = ({ end }: Followed): number => end?.number ?? -1

// No earlier than a backup on the way that ended, and no later than another node had archived the same segment.
function surely(
  { backups }: Repository,
  { backup, end, at }: Followed & { backup: Backup },
  truth: Truth,
): Date {
  const passed = backups.filter(
    ({ wal, stop }) =>
      wal !== undefined && stop >= backup.stop && end !== undefined && onWay(wal.last, end, truth),
  )
  const least = Math.max(backup.stop.getTime(), ...passed.map(({ stop }) => stop.getTime()))
  const most = (end && truth.archivedBy(end)?.getTime()) ?? Infinity
  return new Date(Math.max(least, Math.min(at?.getTime() ?? 0, most)))
}

function onWay(name: string, end: Segment, { links, size }: Truth): boolean {
  const { timeline, number } = parseSegment(name, size)
  const link = links.find((one) => one.timeline === timeline)
  return link !== undefined && number < link.until && number <= end.number
}

function broken({ backups, archiveId }: Repository, backup: Backup): string | undefined {
  if (backup.archiveId !== archiveId)
    return `it belongs to ${backup.archiveId}, and the cluster is ${archiveId} now`
  const gone = [backup.label, ...backup.needs].find(
    (label) => !backups.some((one) => one.label === label && one.present),
  )
  if (gone === undefined) return undefined
  return gone === backup.label ? 'its files are gone' : `${gone}, which it needs, is gone`
}

/** The last of ways that are as good, from a backup without damaged pages if there is one. */
export const soundest = (ways: readonly Way[]): Way | undefined =>
  ways.findLast(({ backup }) => !backup.damaged) ?? ways.at(-1)

/** The ways that lead furthest. */
export function furthest(ways: readonly Way[]): readonly Way[] {
  const most = Math.max(...ways.map(({ end }) => end?.number ?? -1))
  return ways.filter(({ end }) => end?.number === most)
}
