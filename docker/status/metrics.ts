import { Counter, Gauge, Registry } from 'prom-client'
import type { Answer } from './http/answer.ts'
import type { Status } from '../../lib/cluster/status/schema.ts'

type Labels = Readonly<Record<string, string>>
type Sample = readonly [value: number | boolean | null | undefined, labels?: Labels]

/**
 * `GET /metrics`. Where postgres_exporter has the same thing, its name, unit and labels; the rest begins with
 * `run_playbook_`. What is unknown has no sample, and nothing of PostgreSQL is told from memory while it is down.
 */
export async function metricsOf(status: Status): Promise<Answer> {
  const registry = new Registry()
  const add = (
    kind: typeof Gauge | typeof Counter,
    name: string,
    help: string,
    samples: readonly Sample[],
  ) => {
    const known = samples.filter(([value]) => value !== null && value !== undefined)
    const labelNames = Object.keys(known[0]?.[1] ?? {})
    const metric = new kind({ name, help, labelNames, registers: [registry] })
    // A metric without labels counts itself as 0 from the start.
    metric.reset()
    if (known.length === 0) registry.removeSingleMetric(name)
    for (const [value, labels = {}] of known) metric.inc(labels, Number(value))
  }
  const gauge = (name: string, help: string, ...samples: readonly Sample[]) => add(Gauge, name, help, samples)
  const counter = (name: string, help: string, ...samples: readonly Sample[]) =>
    add(Counter, name, help, samples)

  const { name, address } = status.node
  // Its name is here only: join with it, `* on (instance) group_left (node) run_playbook_node_info`.
  gauge('run_playbook_node_info', 'The node as the inventory has it', [1, { node: name, address }])
  gauge('pg_up', 'Whether PostgreSQL answers', [status.postgres.up])
  if (status.postgres.up) server(status, gauge)
  if (status.postgres.up && !status.postgres.old) postgres(status, gauge, counter)
  cluster(status, gauge)
  backups(status, gauge)
  pooler(status, gauge)
  return { status: 200, type: registry.contentType, body: await registry.metrics() }
}

type Add = (name: string, help: string, ...samples: readonly Sample[]) => void

/** What is known also of a server that is too busy to be asked. */
function server({ postgres, connections }: Status, gauge: Add): void {
  gauge('pg_replication_is_replica', 'Whether this is a replica', [
    postgres.role === null ? null : postgres.role === 'replica',
  ])
  gauge('run_playbook_connections_used', 'Client connections', [connections.used])
  gauge(
    'run_playbook_certificate_expiry_timestamp_seconds',
    'When the TLS certificate that PostgreSQL shows clients expires; no sample: unknown, or TLS is off',
    [epoch(postgres.certificateUntil)],
  )
  gauge('run_playbook_connections_allowed', 'Client connections that may be', [connections.allowed])
}

function postgres(status: Status, gauge: Add, counter: Add): void {
  const { postgres, replication, archiver, connections, databases, wal } = status
  gauge('pg_postmaster_start_time_seconds', 'When PostgreSQL started', [epoch(postgres.startedAt)])
  gauge('pg_static', 'Version of PostgreSQL', [
    1,
    { version: `PostgreSQL ${postgres.version}`, short_version: shortVersion(postgres.versionNumber) },
  ])
  gauge('pg_replication_lag_seconds', 'Replication lag behind the primary; no sample: unknown', [
    replication.lagSeconds,
  ])
  gauge('run_playbook_replication_lag_bytes', 'Bytes behind the primary; no sample: unknown', [
    replication.lagBytes,
  ])
  gauge('run_playbook_receiver_streaming', 'Whether a replica is connected to its primary and streaming', [
    postgres.role === 'replica'
      ? replication.receiver?.status === 'streaming' && replication.lagBytes !== null
      : null,
  ])
  gauge('run_playbook_timeline', 'Timeline', [postgres.timeline])

  const standbys = replication.standbys.map((one) => ({
    ...one,
    labels: { application_name: one.name, client_addr: one.address ?? '', state: one.state },
  }))
  gauge(
    'pg_stat_replication_pg_wal_lsn_diff',
    'Bytes that a standby has not replayed',
    ...standbys.map((one) => [one.lagBytes, one.labels] as const),
  )
  gauge(
    'run_playbook_standby_replay_lag_seconds',
    'replay_lag of a standby',
    ...standbys.map((one) => [one.lagSeconds, one.labels] as const),
  )
  gauge(
    'run_playbook_standby_reply_age_seconds',
    'Since a standby was heard of',
    ...standbys.map((one) => [one.replyAgeSeconds, one.labels] as const),
  )

  const slots = replication.slots.map((one) => ({
    ...one,
    labels: { slot_name: one.name, slot_type: one.type },
  }))
  gauge(
    'pg_replication_slots_active',
    'Whether a slot is in use',
    ...slots.map((one) => [one.active, one.labels] as const),
  )
  gauge(
    'pg_replication_slots_pg_wal_lsn_diff',
    'WAL kept for a slot in bytes',
    ...slots.map((one) => [one.retainedBytes, one.labels] as const),
  )
  gauge(
    'pg_replication_slot_safe_wal_size_bytes',
    'WAL that can be written before a slot is lost',
    ...slots.map((one) => [one.safeBytes, one.labels] as const),
  )
  gauge(
    'pg_replication_slot_wal_status',
    'Availability of the WAL that a slot needs',
    ...slots.map((one) => [1, { ...one.labels, wal_status: one.walStatus ?? '' }] as const),
  )

  counter('pg_stat_archiver_archived_count', 'WAL segments archived', [archiver.archived])
  counter('pg_stat_archiver_failed_count', 'Attempts to archive that failed', [archiver.failed])
  gauge('pg_stat_archiver_last_archive_age', 'Seconds since a WAL segment was archived', [
    archiver.lastArchivedAgeSeconds,
  ])
  gauge('pg_archive_ready_count', 'WAL segments that wait to be archived', [archiver.waiting])
  gauge('run_playbook_archiver_failing', 'Whether the last attempt to archive failed', [archiver.failing])
  gauge('pg_wal_segments', 'Segments in pg_wal', [wal.files])
  gauge('pg_wal_size_bytes', 'Size of pg_wal', [wal.bytes])

  gauge('run_playbook_connections_idle_in_transaction', 'Connections idle in a transaction', [
    connections.idleInTransaction,
  ])
  gauge(
    'pg_stat_database_numbackends',
    'Connections to a database',
    ...databases.map(({ name, connections }) => [connections, { datname: name }] as const),
  )
  gauge(
    'pg_database_size_bytes',
    'Size of a database',
    ...databases.map(({ name, bytes }) => [bytes, { datname: name }] as const),
  )
}

function cluster({ peers, warnings, service }: Status, gauge: Add): void {
  gauge(
    'run_playbook_peer_up',
    'Whether the status service of another node answers',
    ...peers.map(({ name, reached }) => [reached, { node: name }] as const),
  )
  gauge(
    'run_playbook_peer_postgres_up',
    'Whether PostgreSQL of another node answers',
    ...peers.map(({ name, up }) => [up, { node: name }] as const),
  )
  const count = (wanted: string) => warnings.filter(({ severity }) => severity === wanted).length
  gauge(
    'run_playbook_warnings',
    'Warnings of this node',
    [count('critical'), { severity: 'critical' }],
    [count('warning'), { severity: 'warning' }],
  )
  const codes = [...new Set(warnings.map(({ code }) => code))]
  gauge(
    'run_playbook_warning',
    'The kinds of warning of this node',
    ...codes.map((code) => [1, { code }] as const),
  )
  gauge('run_playbook_status_memory_bytes', 'Resident memory of the status service', [service.memoryBytes])
}

function backups({ backups, window, repository, drill }: Status, gauge: Add): void {
  const last = [backups.last.full, backups.last.diff, backups.last.incr].filter((one) => one !== null)
  const of = (value: (one: (typeof last)[number]) => number | boolean | null) =>
    last.map((one) => [value(one), { type: one.type }] as const)
  gauge('run_playbook_repository_readable', 'Whether pgBackRest could read its repository', [
    // Null: nobody looked yet.
    backups.readAt === null && !backups.old ? null : !backups.old,
  ])
  // Of the archive itself the status reads for itself what is wrong: nothing of it can wait.
  const ofArchive = window?.problems.length ?? 0
  const found = repository?.problems ?? (ofArchive > 0 ? [] : null)
  gauge('run_playbook_repository_problems', 'Problems of the backups and their repository', [
    found && found.length + ofArchive,
  ])
  gauge('run_playbook_repository_critical_problems', 'Those of them that are critical', [
    found && found.filter(({ severity }) => severity === 'critical').length + ofArchive,
  ])
  gauge('run_playbook_repository_free_bytes', 'Left on the disk of the repository', [
    backups.repositoryFreeBytes,
  ])
  gauge('run_playbook_repository_total_bytes', 'Size of the disk of the repository', [
    backups.repositoryTotalBytes,
  ])
  gauge('run_playbook_backup_running', 'Whether a backup is being taken', [backups.running])
  gauge('run_playbook_backups', 'Backups in the repository that are whole', [backups.whole])
  gauge(
    'run_playbook_backup_last_timestamp_seconds',
    'When the newest backup of a type ended',
    ...of(({ finishedAt }) => epoch(finishedAt)),
  )
  gauge(
    'run_playbook_backup_last_age_seconds',
    'Age of the newest backup of a type',
    ...of(({ ageSeconds }) => ageSeconds),
  )
  gauge(
    'run_playbook_backup_last_ok',
    'Whether the newest backup of a type is whole',
    ...of(({ result }) => result === 'ok'),
  )
  gauge(
    'run_playbook_backup_last_database_bytes',
    'Size of the database in the newest backup of a type',
    ...of(({ databaseBytes }) => databaseBytes),
  )
  gauge('run_playbook_window_start_timestamp_seconds', 'The oldest moment that can be restored', [
    epoch(window?.from),
  ])
  gauge('run_playbook_window_end_timestamp_seconds', 'The newest moment that can be restored', [
    epoch(window?.to),
  ])
  gauge('run_playbook_drill_ok', 'Whether the last restore drill succeeded', [drill?.ok])
  gauge('run_playbook_drill_timestamp_seconds', 'When the last restore drill was', [epoch(drill?.at)])
  gauge('run_playbook_drill_seconds', 'How long it took', [drill?.seconds])
}

function pooler({ pooler }: Status, gauge: Add): void {
  const value = (of: (one: NonNullable<Status['pooler']>) => number | boolean) =>
    [pooler === null ? null : of(pooler)] as const
  const known = (of: (one: NonNullable<Status['pooler']>) => number) =>
    [pooler?.answers === true ? of(pooler) : null] as const
  gauge(
    'run_playbook_pooler_up',
    'Whether PgBouncer answers',
    value(({ answers }) => answers),
  )
  gauge(
    'run_playbook_pooler_clients',
    'Clients of PgBouncer; waiting: for a server connection',
    [...known((one) => one.clientsActive), { state: 'active' }],
    [...known((one) => one.clientsWaiting), { state: 'waiting' }],
  )
  gauge(
    'run_playbook_pooler_clients_allowed',
    'Clients that PgBouncer takes',
    value((one) => one.maxClientConn),
  )
  gauge(
    'run_playbook_pooler_servers',
    'Server connections of PgBouncer',
    [...known((one) => one.serversActive), { state: 'active' }],
    [...known((one) => one.serversIdle), { state: 'idle' }],
  )
  gauge(
    'run_playbook_pooler_max_wait_seconds',
    'How long the client that waits longest has waited',
    known((one) => one.maxWaitSeconds),
  )
}

const epoch = (time: string | null | undefined): number | null =>
  time == null ? null : Date.parse(time) / 1000

/** 15.20.0 for 150020, as postgres_exporter has it. */
const shortVersion = (number: number | null): string =>
  number === null ? '' : `${Math.floor(number / 10_000)}.${number % 10_000}.0`
