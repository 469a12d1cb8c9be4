import type { Backup, Repository } from './repository.ts'
import type { Target } from './target.ts'
import { parseLsn } from './lsn.ts'

/**
 * The backup that pgBackRest takes when it is not told one (src/command/restore): for a time the newest that ended before,
 * for an LSN the newest that ended at or before it, else the newest of all. It looks neither at timelines nor at the archive.
 */
export function pgbackrestPick({ backups }: Repository, target: Target): Backup | undefined {
  if (target.type === 'backup') return backups.find(({ label }) => label === target.label)
  const newest = backups.toSorted((a, b) => (a.label < b.label ? -1 : 1))
  if (target.type === 'time')
    return newest.findLast(({ stop }) => stop.getTime() < Math.floor(target.time.getTime() / 1000) * 1000)
  if (target.type !== 'lsn') return newest.at(-1)
  const lsn = parseLsn(target.lsn)
  return newest.findLast((backup) => lsn !== undefined && backup.lsn !== undefined && backup.lsn.stop <= lsn)
}
