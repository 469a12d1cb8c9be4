# shellcheck shell=sh disable=SC3043,SC2154
# Restoring, and what has to be true of the result.

# usage: _gently COMMAND [ARGUMENT…]  (the living database comes first)
_gently() {
  if command -v ionice >/dev/null; then set -- ionice -c 3 "$@"; fi
  nice -n 19 "$@"
}

# usage: _said FILE  (the errors in a log, in one line)
_said() {
  grep -E 'ERROR|FATAL|PANIC' "$1" | sed -E 's/^.*(ERROR|FATAL|PANIC): +//' | head -n 3 | tr '\n' ' ' | cut -c 1-500
}

# usage: _restore  (--archive-mode=off: else the copy would archive its own timeline into the living repository)
_restore() {
  local words
  _say "restoring $backup to just before $target"
  _gently pgbackrest restore --set="$backup" --type=time --target="$(echo "$target" | tr T ' ' | sed 's/Z$/+00/')" \
    --target-action=promote --archive-mode=off --tablespace-map-all="$scratch/drill.tablespaces" \
    --log-level-console=off --log-level-stderr=warn 2> "$run/restore.log" || _fail restore "restoring $backup failed: $(_said "$run/restore.log")"
  _start_copy || {
    words=$(_said "$run/drill.log")
    case $words in *'before configured recovery target'*)
      words="the archived WAL ends too early, or some of it is missing: $(grep -oE 'last completed transaction was at log time .*|redo done at [0-9A-F/]*' "$run/drill.log" | tail -n 1)" ;;
    esac
    _fail recovery "$backup could not be recovered to $target: ${words:-$(tail -n 2 "$run/drill.log" | tr '\n' ' ')}"
  }
  _checked restore yes "$backup was restored and recovered in $(($(date +%s) - started)) s"
}

# usage: _control NAME  (a value from pg_controldata)
_control() {
  LC_ALL=C pg_controldata "$scratch/drill" | sed -n "s/^$1: *//p"
}

# usage: _start_copy  (reachable through a private socket only; what it writes need not survive)
_start_copy() {
  cat > "$run/drill/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$run/drill'
hot_standby = off
max_prepared_transactions = $(_control 'max_prepared_xacts setting')
max_locks_per_transaction = $(_control 'max_locks_per_xact setting')
shared_buffers = 64MB
max_wal_size = 256MB
fsync = off
full_page_writes = off
autovacuum = off
lc_messages = 'C'
log_timezone = 'UTC'
timezone = 'UTC'
CONF
  echo 'local all postgres peer' > "$run/drill/pg_hba.conf"
  _gently pg_ctl -D "$scratch/drill" -l "$run/drill.log" -s -W \
    -o "-c config_file=$run/drill/postgresql.conf -c hba_file=$run/drill/pg_hba.conf" start > /dev/null 2>&1
  # Not pg_ctl's own waiting: without hot standby it takes the beginning of the recovery for the end of it.
  until pg_isready -q -h "$run/drill"; do
    sleep 0.5
    pg_ctl -D "$scratch/drill" status >/dev/null || return 1
  done
}

# usage: _prove
_prove() {
  _prove_moment
  _prove_tables
  _prove_pages
}

# usage: _prove_moment  (recovery stopped before the target's commit: the heartbeats before it are there, every one)
_prove_moment() {
  local oldest
  oldest=$(head -n 1 "$run/expected")
  PGOPTIONS=$search_path psql -XAtq -h "$run/drill" -d postgres -v ON_ERROR_STOP=1 -v oldest="$oldest" > "$run/found" 2> "$run/psql.log" <<'SQL' || _fail moment "the copy does not answer: $(_said "$run/psql.log")"
SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') FROM run_playbook.heartbeat WHERE at >= :'oldest' AND NOT pg_is_in_recovery() ORDER BY at
SQL
  restored=$(tail -n 1 "$run/found")
  if [ "$restored" != "$expected" ]; then
    _checked moment no "the last heartbeat in the copy is ${restored:-none}, but it should be $expected"
  elif ! cmp -s "$run/expected" "$run/found"; then
    _checked moment no "the copy has $(wc -l < "$run/found") heartbeats from $oldest to $expected, but it should have $(wc -l < "$run/expected")"
  else
    _checked moment yes "the last heartbeat in the copy is $restored, as it should be; the $(($(wc -l < "$run/found") - 1)) heartbeats before it are there too"
  fi
}

# usage: _prove_tables  (tables and B-trees of every database, read and checked for what can not be)
_prove_tables() {
  if ! command -v pg_amcheck >/dev/null; then
    _gently pg_dumpall -h "$run/drill" > /dev/null 2> "$run/tables.log" && _checked tables yes 'every table of the copy could be read' ||
      _checked tables no "the tables of the copy could not be read: $(tail -n 2 "$run/tables.log")"
  elif _gently pg_amcheck -h "$run/drill" --all --install-missing > "$run/tables.log" 2>&1; then
    _checked tables yes 'pg_amcheck found no damage in any table or index of the copy'
  else
    _checked tables no "pg_amcheck found damage in the copy: $(head -n 3 "$run/tables.log" | tr '\n' ' ')"
  fi
}

# usage: _prove_pages
_prove_pages() {
  pg_ctl -D "$scratch/drill" -m fast -s -w -t 3600 stop || { _checked pages no 'the copy could not be shut down'; return 0; }
  [ "$(_control 'Data page checksum version')" != 0 ] || { _checked pages yes 'the cluster has no page checksums to compare'; return 0; }
  if _gently pg_checksums --check -D "$scratch/drill" > "$run/pages.log" 2>&1; then
    _checked pages yes "the checksums of all $(sed -n 's/^Blocks scanned: *//p' "$run/pages.log") pages are valid"
  else
    _checked pages no "pages of the copy are damaged: $(grep -i 'failed\|error' "$run/pages.log" | head -n 3 | tr '\n' ' ')"
  fi
}
