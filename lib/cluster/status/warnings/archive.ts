import { plural, size, span } from '../format.ts'
import { type Rule, critical, warning } from './warn.ts'

/** WAL on its way into the repository. */
export const archive: Rule = ({ archiver, backups }, { thresholds }) => {
  const { failing, waiting, lastFailed, lastArchivedAgeSeconds } = archiver
  const { repositoryFreeBytes: free, repositoryTotalBytes: total } = backups
  const since =
    lastArchivedAgeSeconds === null ? 'never worked' : `last worked ${span(lastArchivedAgeSeconds)} ago`
  return [
    failing === true &&
      critical(
        'archive-failing',
        `Archiving the WAL segment ${lastFailed} fails; archiving ${since}. Until it works again, WAL accumulates in pg_wal, and no later time can be restored from this node`,
      ),
    (waiting ?? 0) > thresholds.archiveWaiting &&
      warning('archive-waiting', `${plural(waiting ?? 0, 'WAL segment')} are waiting to be archived`),
    free !== null &&
      total !== null &&
      free < total * thresholds.repositoryFreeShare &&
      warning('repository-space', `The disk of the repository has ${size(free)} of ${size(total)} free`),
  ]
}
