#!/bin/sh
# usage: healthcheck.sh  (prints one line; exit 0 when this node does its work)
# shellcheck disable=SC2154
set -eu

# shellcheck source=/dev/null
. /usr/local/lib/run-playbook/common.sh

# usage: _sick REASON…
_sick() {
  echo "$*"
  exit 1
}

# usage: _query  (prints what this node is; fails in words when a primary can't be written to)
_query() {
  PGCONNECT_TIMEOUT=3 PGOPTIONS="$search_path -c statement_timeout=3s" psql -XAtqw -p "${POSTGRES_PORT:-5432}" -d postgres <<'SQL'
SELECT CASE
  WHEN pg_is_in_recovery() THEN 'replica, ' || coalesce(
    (SELECT status || ' from ' || sender_host FROM pg_stat_wal_receiver LIMIT 1), 'not connected to a primary')
  WHEN current_setting('transaction_read_only')::boolean THEN 'primary, but read-only'
  ELSE 'primary, accepting writes' END
SQL
}

_main() {
  [ "$(cat /proc/1/comm)" != postgres ] || _sick 'PostgreSQL runs as PID 1, where an orphaned process makes it crash: start the container with docker run --init'
  [ "$(id -u)" -ne 0 ] || _as_postgres "$0"
  [ ! -s "$run/status" ] || _sick "$(cat "$run/status")"
  # Over TCP first: a server that is still being set up listens on a socket only.
  # The name of nobody: postgres may not come this way, and every refusal would be a line in the log.
  pg_isready -q -U nobody -h "$POSTGRES_OVERLAY_IP" -p "${POSTGRES_PORT:-5432}" -t 3 ||
    _sick "PostgreSQL does not accept connections on $POSTGRES_OVERLAY_IP:${POSTGRES_PORT:-5432}"
  answer=$(_query 2>&1) || _sick "$answer"
  echo "$answer"
  case $answer in *read-only) exit 1 ;; esac
}

_main "$@"
