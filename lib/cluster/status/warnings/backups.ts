import { list, span } from '../format.ts'
import { type Rule, critical, warning } from './warn.ts'

/** The backup service writes its word every 15 seconds. */
const SILENT_SECONDS = 120

/** Files that are not the backup service's. */
const STATE_OF: Readonly<Record<string, string>> = {
  pg_control: 'the data directory',
  'pooler.json': 'PgBouncer',
}

/** What could be restored, if it had to be. */
export const backups: Rule = (
  { backups: { readAt, reason, list: all, old }, window, repository, drill, unreadable, service, time },
  config,
) => {
  if (config.pgbackrest === null) return []
  const { thresholds } = config
  const good = all.filter(({ result }) => result === 'ok')
  const newest = good.at(-1)
  const full = good.findLast(({ type }) => type === 'full')
  const missing = all.filter(({ result }) => result === 'missing').map(({ label }) => label)
  const wrong = all.filter(({ result }) => result === 'error').map(({ label }) => label)
  const oldest = good[0]
  const drillAge = drill === null ? 0 : (Date.parse(time) - Date.parse(drill.at)) / 1000
  // Where it never said anything, it is given the time since this service began to listen.
  const heard = repository?.at ?? service?.startedAt ?? time
  const silent = (Date.parse(time) - Date.parse(heard)) / 1000
  return [
    old && critical('repository-unreadable', `The repository cannot be read: ${reason}`),
    !old &&
      readAt !== null &&
      full === undefined &&
      critical('backup-none', `There is no full backup${reason ? `: ${reason}` : ''}`),
    full !== undefined &&
      full.ageSeconds > thresholds.fullBackupAgeSeconds &&
      warning('backup-full-old', `The newest full backup is ${span(full.ageSeconds)} old`),
    newest !== undefined &&
      newest.ageSeconds > thresholds.backupAgeSeconds &&
      warning('backup-old', `The newest backup is ${span(newest.ageSeconds)} old`),
    missing.length > 0 &&
      critical('backup-missing', `The files of backup ${list(missing)} are missing in the repository`),
    wrong.length > 0 &&
      critical(
        'backup-damaged',
        `Backup ${list(wrong)} contains pages with invalid checksums: the data directory is damaged. Check the disk`,
      ),
    ...(repository?.problems ?? []).map(({ severity, text }) =>
      (severity === 'critical' ? critical : warning)('repository-problem', text),
    ),
    ...(window?.problems ?? []).map((problem) => critical('repository-problem', problem)),
    // A hole before the newest backups is the usual trace of a rejoin, and stands in the JSON only.
    ...(window?.complete === false ? window.holes : []).map((hole) =>
      critical('window-hole', `Some points in time cannot be restored from this node: ${hole}`),
    ),
    ...unreadable.map((name) =>
      warning(
        'state-unreadable',
        `The file ${name} cannot be parsed, so the state of ${STATE_OF[name] ?? 'the backup service'} is unknown`,
      ),
    ),
    silent > SILENT_SECONDS &&
      critical(
        'backup-service-silent',
        `The backup service (container pgbackrest) has not reported for ${span(silent)}: no backups are taken`,
      ),
    drill !== null &&
      !drill.ok &&
      critical('drill-failed', `The last restore drill failed: ${drill.message ?? 'it gave no reason'}`),
    drill === null &&
      (oldest?.ageSeconds ?? 0) > thresholds.drillAgeSeconds &&
      warning(
        'drill-none',
        'No restore drill has run on this node yet, so it is not known whether its backups can be restored',
      ),
    drillAge > thresholds.drillAgeSeconds &&
      warning('drill-old', `The last restore drill was ${span(drillAge)} ago`),
  ]
}
