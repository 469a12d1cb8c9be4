# shellcheck shell=sh disable=SC3043,SC2154
# A row a minute on the primary. It makes the age of a restored database, and the loss after a disaster, something that
# can be read; and it gives every moment a commit after it, without which PostgreSQL can not stop a recovery there.

# usage: _sql [OPTION…]  (statements on standard input, as superuser through the socket)
_sql() {
  PGCONNECT_TIMEOUT=3 PGOPTIONS="$search_path -c statement_timeout=5s -c lock_timeout=2s -c synchronous_commit=local -c log_min_messages=fatal" \
    psql -XAtq -d postgres -p "${POSTGRES_PORT:-5432}" -v ON_ERROR_STOP=1 "$@" 2>/dev/null
}

# usage: _beat NOW
# The segment of the last beat should be on its way to the archive by now. A checkpointer that began to sleep before
# PostgreSQL was open knows of no archive_timeout, and switches no segment until checkpoint_timeout is over (seen with 17.12).
_beat() {
  [ $(($1 - ${last_beat:-0})) -ge 60 ] && [ "$standby" = f ] || return 0
  echo 'INSERT INTO run_playbook.heartbeat VALUES (now(), pg_current_wal_lsn());
    SELECT pg_switch_wal() FROM (SELECT lsn FROM run_playbook.heartbeat ORDER BY at DESC OFFSET 1 LIMIT 1) AS before
      WHERE pg_walfile_name(lsn) = pg_walfile_name(pg_current_wal_lsn());
    DELETE FROM run_playbook.heartbeat WHERE at < now() - interval $$1 day$$' | _sql > /dev/null ||
    echo 'CREATE SCHEMA IF NOT EXISTS run_playbook;
      CREATE TABLE IF NOT EXISTS run_playbook.heartbeat (at timestamptz PRIMARY KEY, lsn pg_lsn NOT NULL);
      INSERT INTO run_playbook.heartbeat VALUES (now(), pg_current_wal_lsn())' | _sql || return 0
  last_beat=$1
}
