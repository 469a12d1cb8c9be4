import type { Followed, Hole } from './follow.ts'
import { formatLsn } from './lsn.ts'
import { type Segment, segmentName } from './segment.ts'

/** `2026-11-24 14:03:00Z` */
export const moment = (at: Date | undefined): string =>
  at === undefined ? 'an unknown time' : at.toISOString().replace('T', ' ').replace('.000', '')

/** A hole as a sentence. */
export function holeWords({ timeline, first, last, since, until, why }: Hole): string {
  const which = first === last ? `WAL segment ${first} ${why}` : `WAL from ${first} to ${last} is missing`
  const when =
    since === undefined ? `before ${moment(until)}` : `between ${moment(since)} and ${moment(until)}`
  return `${which} (timeline ${timeline}, archived ${when})`
}

/** `timeline 2, segment 00000002000000000000000A` */
export const endWords = (end: Segment | undefined, size: number): string =>
  end === undefined ? 'nowhere' : `timeline ${end.timeline}, segment ${segmentName(end, size)}`

/** Where the way ends, and why there. */
export function stopWords({ end, at, hole, stray }: Followed, size: number): string {
  const place = end === undefined ? 'nowhere' : `at ${endWords(end, size)}, archived ${moment(at)}`
  const gap = hole === undefined ? '' : `: ${holeWords(hole)}`
  return `ends ${place}${gap}${stray === undefined ? '' : `; ${strayWords(stray)}`}`
}

/** What recovery without a target would do. */
export const strayWords = (lsn: bigint): string =>
  `after it the archive goes on with a branch that was left at ${formatLsn(lsn)}, so recovery has to be stopped there`

export const historyName = (timeline: number): string =>
  `${timeline.toString(16).toUpperCase().padStart(8, '0')}.history`

/** Why recovery would not go on to a timeline. */
export const unlinkedWords = (timeline: number): string =>
  `there is WAL of timeline ${timeline} which no backup here leads to: ${historyName(timeline)} is not in the archive`
