import { list, plural, span } from '../format.ts'
import { type Rule, critical, warning } from './warn.ts'

/** PostgreSQL on this node, whatever its role. */
export const server: Rule = ({ postgres, connections }, { thresholds }) => {
  const { used, allowed } = connections
  const [pendingRestart, overridden] = [postgres.pendingRestart ?? [], postgres.overridden ?? []]
  const ids = postgres.role === 'primary' ? postgres.transactionIds : null
  const share = used === null || allowed === null ? 0 : used / allowed
  const since =
    postgres.factsAgeSeconds === null
      ? ''
      : `; the other values are from ${span(postgres.factsAgeSeconds)} ago`
  return [
    !postgres.up &&
      (postgres.state === 'starting'
        ? warning('postgres-starting', `${postgres.reason}${since}`)
        : critical('postgres-down', `${postgres.reason}${since}`)),
    postgres.up && postgres.old && warning('postgres-busy', `${postgres.reason}${since}`),
    share >= 1
      ? critical('connections-full', `All ${allowed} connections are in use: new clients are rejected`)
      : share >= thresholds.connectionsShare &&
        warning('connections-many', `${used} of ${allowed} connections are in use`),
    pendingRestart.length > 0 &&
      warning(
        'restart-pending',
        `Changes of ${list(pendingRestart)} take effect only after a restart of PostgreSQL`,
      ),
    ...(postgres.collations ?? []).map(({ database, made, now }) =>
      warning(
        'collation-moved',
        `Database ${database} was created with version ${made} of its collation, but the image has version ${now}: indexes on text may be corrupt. On the primary, connected to that database: REINDEX DATABASE "${database}", then ALTER DATABASE "${database}" REFRESH COLLATION VERSION`,
      ),
    ),
    ...(postgres.checksumFailures ?? []).map(({ database, failures }) =>
      critical(
        'page-damaged',
        `PostgreSQL read pages with invalid checksums ${plural(failures, 'time')} in ${database === '' ? 'the shared catalogs' : `database ${database}`}: the data directory is damaged. Check the disk; docs/second-day.md says what to do`,
      ),
    ),
    ids !== null &&
      ids.age > thresholds.transactionIdAge &&
      critical(
        'transaction-ids',
        `Database ${ids.database} is ${Math.floor(ids.age / 1e6)} million transactions old: VACUUM does not keep up, and at 2100 million PostgreSQL takes no more writes`,
      ),
    (postgres.oldestTransactionSeconds ?? 0) > thresholds.transactionAgeSeconds &&
      warning(
        'transaction-old',
        `The oldest transaction began ${span(postgres.oldestTransactionSeconds)} ago: VACUUM cannot remove what was deleted since`,
      ),
    overridden.length > 0 &&
      warning('settings-overridden', `postgresql.auto.conf (ALTER SYSTEM) overrides ${list(overridden)}`),
  ]
}
