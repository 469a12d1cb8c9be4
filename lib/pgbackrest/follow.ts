import type { Link, Stretch, Wal } from './chain.ts'
import { type Segment, parseSegment, segmentName } from './segment.ts'

/** How far recovery gets along a chain. */
export interface Followed {
  /** The last segment that is there. Undefined when not even the first one is. */
  readonly end: Segment | undefined
  /** When that segment was archived, as far as its file says. */
  readonly at: Date | undefined
  /** There is WAL of the chain behind a missing segment. */
  readonly hole: Hole | undefined
  /** Recovery to the end would go on along a branch that was left. It has to be stopped before this LSN. */
  readonly stray: bigint | undefined
}

/** Missing segments of a timeline, with WAL after them. */
export interface Hole {
  readonly timeline: number
  readonly first: string
  readonly last: string
  /** What was archived before it, and after it. */
  readonly since: Date | undefined
  readonly until: Date
  readonly why: string
}

/**
 * Follows the chain to `timeline` from a segment on, as recovery does, until one is missing.
 * `limit` is the segment where the chain leaves what the cluster became: what comes after counts for nothing.
 */
export function follow(wal: Wal, start: string, links: readonly Link[], limit: Limit = NEVER): Followed {
  const { timeline, number: first } = parseSegment(start, wal.size)
  let next = first
  let end: Segment | undefined
  let at: Date | undefined
  for (const link of links.slice(links.findIndex((one) => one.timeline === timeline))) {
    while (next < link.until) {
      const stretch = stretchAt(wal, link.timeline, next)
      if (next >= limit.number) return { end, at, hole: undefined, stray: stretch && limit.lsn }
      if (stretch === undefined) {
        const stray = strayAt(wal, links, link, next)
        return { end, at, hole: holeAt(wal, links, link, next, at), stray }
      }
      const last = Math.min(stretch.last, link.until - 1, limit.number - 1)
      end = { timeline: link.timeline, number: last }
      // Within a stretch nothing says when; the beginning of the stretch is the promise that holds.
      at = last === stretch.last ? stretch.until : stretch.since
      next = last + 1
    }
  }
  return { end, at, hole: undefined, stray: undefined }
}

/** Where two chains part. */
export interface Limit {
  readonly number: number
  readonly lsn: bigint | undefined
}

export const NEVER: Limit = { number: Infinity, lsn: undefined }

/** Where a chain leaves another, the one that counts. Never, when it is a part of it. */
export function parting(links: readonly Link[], truth: readonly Link[]): Limit {
  // Without its history a chain begins in the middle of the other.
  const skipped = truth.findIndex(({ timeline }) => timeline === links[0]?.timeline)
  if (skipped < 0) return { number: 0, lsn: undefined }
  for (const [i, link] of links.entries()) {
    const other = truth[skipped + i]
    if (other?.timeline !== link.timeline) return { number: link.from, lsn: links[i - 1]?.left }
    if (link.until > other.until) return { number: other.until, lsn: other.left }
    if (link.until < other.until && i < links.length - 1) return { number: link.until, lsn: link.left }
  }
  return NEVER
}

const stretchAt = ({ stretches }: Wal, timeline: number, number: number): Stretch | undefined =>
  stretches.get(timeline)?.find(({ first, last }) => first <= number && number <= last)

// PostgreSQL takes a segment that a timeline does not have from its ancestor, past the place where that was left.
function strayAt(wal: Wal, links: readonly Link[], at: Link, number: number): bigint | undefined {
  const older = links.slice(0, links.indexOf(at)).toReversed()
  return older.find(({ timeline }) => stretchAt(wal, timeline, number) !== undefined)?.left ?? undefined
}

function holeAt(wal: Wal, links: readonly Link[], at: Link, number: number, since?: Date): Hole | undefined {
  for (const link of links.slice(links.indexOf(at))) {
    const after = (wal.stretches.get(link.timeline) ?? []).find(
      ({ first, last }) => last >= Math.max(number, link.from) && first < link.until,
    )
    if (after === undefined) continue
    const last = Math.max(number, Math.max(after.first, link.from) - 1)
    const first = segmentName({ timeline: at.timeline, number }, wal.size)
    return {
      timeline: at.timeline,
      first,
      last: segmentName({ timeline: before(links, last), number: last }, wal.size),
      since,
      until: after.since,
      why: wal.archive.useless.get(first) ?? 'is missing',
    }
  }
  return undefined
}

// The timeline of a chain that a segment is read from.
const before = (links: readonly Link[], number: number): number =>
  (links.find(({ from, until }) => from <= number && number < until) ?? (links.at(-1) as Link)).timeline
