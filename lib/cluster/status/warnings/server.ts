import { list, span } from '../format.ts'
import { type Rule, critical, warning } from './warn.ts'

/** PostgreSQL on this node, whatever its role. */
export const server: Rule = ({ postgres, connections }, { thresholds }) => {
  const { used, allowed } = connections
  const [pendingRestart, overridden] = [postgres.pendingRestart ?? [], postgres.overridden ?? []]
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
    overridden.length > 0 &&
      warning('settings-overridden', `postgresql.auto.conf (ALTER SYSTEM) overrides ${list(overridden)}`),
  ]
}
