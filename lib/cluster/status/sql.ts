export { SEARCH_PATH } from '../../pgbackrest/search-path.ts'

/** What is asked at most twice a second: one statement, one round trip. Works on primary and replica, 13 to 18. */
export const FACTS = `
WITH receiver AS (
  SELECT status, sender_host, received_tli, latest_end_lsn, now() - last_msg_receipt_time AS age,
         status = 'streaming' AND now() - last_msg_receipt_time < interval '30s' AS live
  FROM pg_stat_wal_receiver
), here AS MATERIALIZED (
  SELECT recovery, CASE WHEN recovery THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END AS lsn,
         CASE WHEN recovery THEN pg_last_wal_receive_lsn() ELSE pg_current_wal_lsn() END AS received
  FROM (SELECT pg_is_in_recovery() AS recovery) AS state
)
SELECT json_build_object(
  'recovery', recovery,
  'systemIdentifier', (SELECT system_identifier::text FROM pg_control_system()),
  -- The control file learns of a new timeline at the next checkpoint only.
  'timeline', CASE WHEN recovery
    THEN coalesce((SELECT nullif(received_tli, 0) FROM receiver), (SELECT timeline_id FROM pg_control_checkpoint()))
    ELSE ('x' || substr(pg_walfile_name(lsn), 1, 8))::bit(32)::int END,
  'promotion', nullif(current_setting('run_playbook.promotion', true), ''),
  'version', current_setting('server_version'),
  'versionNumber', current_setting('server_version_num')::int,
  'startedAt', pg_postmaster_start_time(),
  'walPosition', lsn - '0/0',
  'capacity', (SELECT json_object_agg(name, setting::int) FROM pg_settings WHERE name IN ('max_connections',
    'max_worker_processes', 'max_wal_senders', 'max_prepared_transactions', 'max_locks_per_transaction')),
  'replayPaused', CASE WHEN recovery THEN pg_is_wal_replay_paused() END,
  'receiver', (SELECT json_build_object('status', status, 'from', sender_host, 'age', extract(epoch FROM age)) FROM receiver),
  -- Without a live receiver nobody knows how far the primary is.
  'lagBytes', CASE WHEN NOT recovery THEN 0
    -- greatest() takes NULL for the least of all, and unknown is not 0: not before something was received or replayed.
    WHEN (SELECT live AND latest_end_lsn IS NOT NULL FROM receiver) AND lsn IS NOT NULL
      THEN greatest(0, (SELECT latest_end_lsn FROM receiver) - lsn) END,
  'lagSeconds', CASE WHEN NOT recovery THEN 0
    WHEN (SELECT live FROM receiver) THEN CASE
      -- All there is was received and is replayed: an idle primary is not lag, a slow link is.
      WHEN received = lsn AND received >= (SELECT latest_end_lsn FROM receiver) THEN 0
      WHEN pg_last_xact_replay_timestamp() IS NOT NULL
        THEN greatest(0, extract(epoch FROM now() - pg_last_xact_replay_timestamp())) END END,
  'standbys', (SELECT coalesce(json_agg(json_build_object(
      'name', application_name, 'address', host(client_addr), 'state', state, 'syncState', sync_state,
      'lagBytes', CASE WHEN replay_lsn IS NOT NULL THEN greatest(0, received - replay_lsn) END,
      -- There is no replay_lag once an idle standby has caught up, and none before it said anything.
      'lagSeconds', CASE WHEN replay_lag IS NOT NULL THEN extract(epoch FROM replay_lag)
        WHEN replay_lsn >= received THEN 0 END,
      'replyAge', extract(epoch FROM now() - reply_time)) ORDER BY application_name), '[]')
    -- A base backup and pg_receivewal have connections of the same kind and replay nothing. A member that has not said yet
    -- what it replayed is known by its slot.
    FROM pg_stat_replication WHERE replay_lsn IS NOT NULL
      OR state <> 'backup' AND application_name IN (SELECT slot_name FROM pg_replication_slots)),
  -- One that catches up is "potential": nothing waits for it yet, and it confirms nothing.
  'commitsWait', NOT recovery AND current_setting('synchronous_standby_names') <> ''
    AND NOT EXISTS (SELECT FROM pg_stat_replication WHERE sync_state IN ('sync', 'quorum')),
  'slots', (SELECT coalesce(json_agg(json_build_object(
      'name', slot_name, 'type', slot_type, 'active', active, 'walStatus', wal_status,
      'retainedBytes', received - restart_lsn, 'safeBytes', safe_wal_size) ORDER BY slot_name), '[]')
    FROM pg_replication_slots WHERE NOT temporary),
  'archiver', (SELECT json_build_object(
      'archived', archived_count, 'failed', failed_count,
      'lastArchived', last_archived_wal, 'lastArchivedAge', extract(epoch FROM now() - last_archived_time),
      'lastFailed', last_failed_wal, 'lastFailedAge', extract(epoch FROM now() - last_failed_time),
      'failing', coalesce(last_failed_time > coalesce(last_archived_time, '-infinity'), false))
    FROM pg_stat_archiver),
  'archiving', current_setting('archive_mode') <> 'off',
  'waiting', (SELECT count(*) FROM pg_ls_archive_statusdir() WHERE name ~ '\\.ready$'),
  'wal', (SELECT json_build_object('files', count(*), 'bytes', coalesce(sum(size), 0)) FROM pg_ls_waldir()
    WHERE name ~ '^[0-9A-F]{24}$'),
  'connections', (SELECT json_build_object(
      'used', count(*), 'idleInTransaction', count(*) FILTER (WHERE state LIKE 'idle in transaction%'),
      'allowed', current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
        - coalesce(nullif(current_setting('reserved_connections', true), '')::int, 0))
    FROM pg_stat_activity WHERE backend_type = 'client backend'),
  'databases', (SELECT coalesce(json_agg(json_build_object('name', datname, 'connections', numbackends) ORDER BY datname), '[]')
    FROM pg_stat_database JOIN pg_database USING (datname) WHERE datallowconn AND NOT datistemplate)
) AS facts FROM here`

/** What costs more than a moment, or changes seldom: every half minute. */
export const SLOW_FACTS = `
SELECT json_build_object(
  'sizes', (SELECT coalesce(json_object_agg(datname, pg_database_size(oid)), '{}')
    FROM pg_database WHERE datallowconn AND NOT datistemplate),
  'pendingRestart', (SELECT coalesce(json_agg(name ORDER BY name), '[]') FROM pg_settings WHERE pending_restart),
  -- Since version 15. The order of text is a library's own affair, and an index that was made with another one may be wrong.
  'collations', coalesce(CASE WHEN current_setting('server_version_num')::int >= 150000 THEN
    (xpath('//f/text()', query_to_xml($query$SELECT json_agg(json_build_object('database', datname, 'made', datcollversion,
        'now', pg_database_collation_actual_version(oid)) ORDER BY datname) AS f FROM pg_database
      WHERE datallowconn AND datcollversion <> pg_database_collation_actual_version(oid)$query$, false, true, '')))[1]::text::json END, '[]'),
  'overridden', (SELECT coalesce(json_agg(name ORDER BY name), '[]') FROM pg_settings
    WHERE sourcefile LIKE '%/postgresql.auto.conf'),
  -- At two thousand million PostgreSQL takes no more writes: https://www.postgresql.org/docs/current/routine-vacuuming.html
  'transactionIds', (SELECT json_build_object('database', datname, 'age', greatest(age(datfrozenxid), mxid_age(datminmxid)))
    FROM pg_database ORDER BY greatest(age(datfrozenxid), mxid_age(datminmxid)) DESC LIMIT 1),
  'oldestTransaction', (SELECT extract(epoch FROM now() - min(began)) FROM (
    SELECT min(xact_start) AS began FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
    UNION ALL SELECT min(prepared) FROM pg_prepared_xacts) AS transactions),
  -- What clients met since the statistics began, which a copy does not take along.
  'checksumFailures', (SELECT coalesce(json_agg(json_build_object('database', coalesce(datname, ''), 'failures', checksum_failures)
    ORDER BY datname), '[]') FROM pg_stat_database WHERE checksum_failures > 0)
) AS facts`
