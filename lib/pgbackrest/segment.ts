import type { Backup } from './repository.ts'

/** A WAL segment's place: its timeline, and its number along the WAL. */
export interface Segment {
  readonly timeline: number
  readonly number: number
}

const MB = 2 ** 20
const SIZES = [16, 1, 2, 4, 8, 32, 64, 128, 256, 512, 1024].map((size) => size * MB)

export const timelineOf = (name: string): number => Number.parseInt(name.slice(0, 8), 16)

/** The place that a segment's name stands for. */
export function parseSegment(name: string, size: number): Segment {
  const high = Number.parseInt(name.slice(8, 16), 16)
  const low = Number.parseInt(name.slice(16), 16)
  return { timeline: timelineOf(name), number: high * (2 ** 32 / size) + low }
}

export function segmentName({ timeline, number }: Segment, size: number): string {
  const each = 2 ** 32 / size
  return [timeline, Math.floor(number / each), number % each]
    .map((part) => part.toString(16).toUpperCase().padStart(8, '0'))
    .join('')
}

/** The number of the segment that an LSN lies in. */
export const segmentAt = (lsn: bigint, size: number): number => Number(lsn / BigInt(size))

/**
 * The size of segments, which pgBackRest does not write down: the one that brings each backup's LSN into the segment it
 * names. PostgreSQL's default when it is among the possible, undefined when none fits.
 */
export function segmentSize(backups: readonly Backup[], names: readonly string[] = []): number | undefined {
  const most = Math.max(0, ...names.map((name) => Number.parseInt(name.slice(16), 16)))
  return SIZES.filter((size) => most < 2 ** 32 / size).find((size) =>
    backups.every(
      ({ wal, lsn }) =>
        wal === undefined ||
        lsn === undefined ||
        (holds(wal.first, lsn.start, size) && holds(wal.last, lsn.stop, size)),
    ),
  )
}

// At a boundary PostgreSQL names the segment that ends there.
function holds(name: string, lsn: bigint, size: number): boolean {
  const { number } = parseSegment(name, size)
  return number === segmentAt(lsn, size) || (lsn > 0n && number === segmentAt(lsn - 1n, size))
}
