# shellcheck shell=sh disable=SC2015,SC2034,SC2154,SC3043
# Five settings of which a standby needs at least what its primary has: with less it does not start, or stops to replay. What
# the primary has stands in the standby's own control file, and follows the WAL. The configuration may ask for less: it was
# lowered while this node was away, or raised on the primary alone.

# The name of a setting, and pg_controldata's word for it.
capacity='max_connections:max_connections max_worker_processes:max_worker_processes max_wal_senders:max_wal_senders
max_prepared_transactions:max_prepared_xacts max_locks_per_transaction:max_locks_per_xact'

# usage: _capacity [OPTION…]  (the options of this start; prints -c NAME=VALUE for each setting that is too small)
# What ALTER SYSTEM left is no excuse for less than the configuration says: it was copied with the data, from another node.
_capacity() {
  local pair name asked wanted own
  for pair in $capacity; do
    name=${pair%:*}
    asked=$(_control "${pair#*:} setting")
    wanted=$(_configured "$name" "$PGDATA" "$@")
    own=$wanted
    ! grep -qs "^[[:space:]]*${name}[[:space:]]*=" "$PGDATA/postgresql.auto.conf" || own=$(_configured "$name" "$run" "$@")
    # A configuration that can not be read is PostgreSQL's to complain about.
    _is_number "$asked" && _is_number "$wanted" && _is_number "$own" || continue
    [ "$own" -le "$asked" ] || asked=$own
    [ "$wanted" -lt "$asked" ] || continue
    _say "starting with $name = $asked instead of $wanted: on a standby it must be at least as high as on the primary"
    echo "-c $name=$asked"
  done
}

# usage: _configured NAME FOLDER [OPTION…]  (prints the value that a start with this data folder would give the setting)
_configured() {
  local name="$1" folder="$2"
  shift 2
  postgres -D "$folder" "$@" -C "$name" 2>/dev/null
}

# usage: _held_up  (sets held_by when this standby has stopped to replay because it has too little: only a start changes that)
_held_up() {
  local pair asked has
  _has_while_paused > "$run/has" 2>/dev/null || return 1
  for pair in $capacity; do
    has=$(sed -n "s/^${pair%:*} //p" "$run/has")
    asked=$(_control "${pair#*:} setting")
    _is_number "$asked" && _is_number "$has" || continue
    [ "$has" -ge "$asked" ] || { held_by="${pair%:*} is $has here and $asked on the primary"; return 0; }
  done
  return 1
}

# usage: _has_while_paused  (prints a line NAME VALUE for each of the settings; nothing while replay goes on)
_has_while_paused() {
  PGCONNECT_TIMEOUT=3 PGOPTIONS="$search_path -c statement_timeout=3s" psql -XAtqw -F ' ' -p "$POSTGRES_PORT" -d postgres <<'SQL'
SELECT name, setting FROM pg_settings WHERE pg_is_in_recovery() AND CASE WHEN pg_is_in_recovery() THEN pg_is_wal_replay_paused() END
  AND name IN ('max_connections', 'max_worker_processes', 'max_wal_senders', 'max_prepared_transactions', 'max_locks_per_transaction')
SQL
}
