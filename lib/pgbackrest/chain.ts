import { type Archive, type Backup, type Range, type Repository, type Switch } from './repository.ts'
import { parseSegment, segmentAt, segmentSize, timelineOf } from './segment.ts'

/** The stretch of WAL that a timeline adds to a chain: its segments from `from` up to, not including, `until`. */
export interface Link {
  readonly timeline: number
  readonly from: number
  readonly until: number
  /** Where it was left. Undefined for the last one. */
  readonly left: bigint | undefined
}

/** One cluster's part of a repository, with what has to be looked up again and again. */
export interface Wal {
  readonly archive: Archive
  readonly size: number
  /** All of which anything is known, ascending. */
  readonly timelines: readonly number[]
  /** In numbers, by timeline, joined across folders. */
  readonly stretches: ReadonlyMap<number, readonly Stretch[]>
  /** False when the files' times are those of a copy that was made without keeping them. */
  readonly timesKnown: boolean
}

export interface Stretch {
  readonly first: number
  readonly last: number
  readonly since: Date
  readonly until: Date
}

const NOTHING: Archive = { id: '', ranges: [], histories: new Map(), useless: new Map() }
export const DEFAULT_SIZE = 16 * 2 ** 20

/** The WAL of the repository's current cluster, or of another that it still holds. */
export function walOf(repository: Repository, archiveId = repository.archiveId): Wal {
  const archive = repository.archives.get(archiveId) ?? NOTHING
  const backups = repository.backups.filter((backup) => backup.archiveId === archiveId)
  const names = archive.ranges.map(({ last }) => last)
  const size = segmentSize(backups, names)
  const known = [
    ...archive.ranges.map(({ first }) => timelineOf(first)),
    ...archive.histories.keys(),
    ...backups.flatMap(({ wal }) => (wal === undefined ? [] : [timelineOf(wal.first)])),
  ]
  const stretches = joined(archive.ranges, size)
  return {
    archive,
    size: size ?? DEFAULT_SIZE,
    timelines: [...new Set(known)].toSorted((a, b) => a - b),
    stretches,
    timesKnown: !backups.some((backup) => archivedLate(backup, stretches, size ?? DEFAULT_SIZE)),
  }
}

// pgBackRest ends a backup only when its last segment is archived.
function archivedLate({ wal, stop }: Backup, all: Wal['stretches'], size: number): boolean {
  if (wal === undefined) return false
  const { timeline, number } = parseSegment(wal.last, size)
  const stretch = all.get(timeline)?.find(({ first, last }) => first <= number && number <= last)
  return stretch !== undefined && stretch.since.getTime() - stop.getTime() > 60_000
}

// Without a known size nobody can tell whether two folders adjoin, and then they don't.
function joined(ranges: readonly Range[], size: number | undefined): ReadonlyMap<number, readonly Stretch[]> {
  const all = new Map<number, Stretch[]>()
  for (const range of ranges) {
    const { timeline, number: first } = parseSegment(range.first, size ?? DEFAULT_SIZE)
    const { number: last } = parseSegment(range.last, size ?? DEFAULT_SIZE)
    const list = all.get(timeline) ?? []
    all.set(timeline, list)
    const before = list.at(-1)
    const { since, until } = range
    if (size !== undefined && before !== undefined && before.last + 1 === first)
      list[list.length - 1] = { ...before, last, until, since: since < before.since ? since : before.since }
    else list.push({ first, last, since, until })
  }
  return all
}

/**
 * The way to a timeline from its first ancestor. PostgreSQL reads the segment in which a timeline begins from the new
 * timeline, so the old one ends a segment earlier.
 */
export function chainTo({ archive, size }: Wal, timeline: number): readonly Link[] {
  const history: readonly Switch[] = archive.histories.get(timeline) ?? []
  let from = 0
  const links = history.map(({ timeline: one, lsn }) => {
    const link = { timeline: one, from, until: Math.max(from, segmentAt(lsn, size)), left: lsn }
    from = link.until
    return link
  })
  return [...links, { timeline, from, until: Infinity, left: undefined }]
}

/** Whether a backup can start on this chain: its timeline is part of it, and was left after the backup had ended. */
export function liesOn(chain: readonly Link[], backup: Backup, size: number): boolean {
  if (backup.wal === undefined) return false
  const { timeline } = parseSegment(backup.wal.first, size)
  const link = chain.find((one) => one.timeline === timeline)
  if (link === undefined || timelineOf(backup.wal.last) !== timeline) return false
  if (link.left === undefined) return true
  if (backup.lsn !== undefined) return backup.lsn.stop <= link.left
  return parseSegment(backup.wal.last, size).number < link.until
}
