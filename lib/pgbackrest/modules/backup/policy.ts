import type { BackupType, PgbackrestBackup } from '../../info.ts'
import { type Duration, ago, seconds } from '../shared/duration.ts'

/** How old the newest backup of each type may become. A full backup also counts as a differential and an incremental one. */
export interface BackupPolicy {
  /** Maximum age of the newest full backup. */
  readonly full: Duration
  /** Maximum age of the newest full or differential backup. */
  readonly diff?: Duration | undefined
  /** Maximum age of the newest backup of any type. */
  readonly incr?: Duration | undefined
}

/** A backup that has to be taken, and instead of what. */
export interface Due {
  readonly type: BackupType
  readonly from: string
}

/** From the one that takes most to the one that takes least: each is good for all that follow. */
const TYPES = ['full', 'diff', 'incr'] as const

export const rank = (type: BackupType): number => TYPES.indexOf(type)

/** The newest backup that is good for `type`. */
const newestFor = (type: BackupType, backups: readonly PgbackrestBackup[]): PgbackrestBackup | undefined =>
  backups.findLast((one) => rank(one.type) <= rank(type))

/**
 * The backup that a policy asks for now. A backup of the timeline that PostgreSQL is on comes before its age: WAL of a node that
 * was rewound or copied was not archived there, and restores end at the hole until a backup lies behind it.
 *
 * @param backups good ones, oldest first
 */
export function due(
  policy: BackupPolicy,
  backups: readonly PgbackrestBackup[],
  now: number,
  timeline: number | undefined,
): Due | undefined {
  for (const type of TYPES) {
    const limit = policy[type]
    const newest = newestFor(type, backups)
    if (limit === undefined || (newest !== undefined && now - newest.stop < seconds(limit))) continue
    return {
      type,
      from: newest === undefined ? `no ${type} backup` : `${newest.type} of ${ago(newest.stop, now)}`,
    }
  }
  const newest = backups.at(-1)
  if (timeline === undefined || newest?.timeline === undefined || newest.timeline === timeline)
    return undefined
  return { type: 'incr', from: `${newest.type} of ${ago(newest.stop, now)} on timeline ${newest.timeline}` }
}

/** `full of 2 days ago, diff of 3 hours ago`. */
export function summary(backups: readonly PgbackrestBackup[], now: number): string {
  const newest = TYPES.flatMap((type) => backups.findLast((one) => one.type === type) ?? [])
  if (newest.length === 0) return 'no backup'
  return newest.map(({ type, stop }) => `${type} of ${ago(stop, now)}`).join(', ')
}
