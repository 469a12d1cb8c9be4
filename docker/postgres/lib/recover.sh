# shellcheck shell=sh disable=SC3043,SC2154
# A backup becomes a database: fetched, recovered to a target, and asked where it got to. Nobody can connect meanwhile but
# postgres through a private socket. `work` is the data folder, `spaces` that of tablespaces, `$run/recover` what lies beside it.

# usage: _repository_options  (of the node, or of the object store)
_repository_options() {
  if [ "${repository:-local}" = object-store ]; then sed -n '/^repo1-[^r]/p' "$object_store"; else echo repo1-path=/var/lib/pgbackrest; fi
}

# usage: _configure_recovery  (one repository and one place for the data: no other node, nothing shared with the living)
_configure_recovery() {
  rm -rf "$run/recover"
  mkdir -p "$run/recover/lock"
  chmod 0700 "$run/recover"
  cat > "$run/recover/pgbackrest.conf" <<CONF
[global]
$(_repository_options)
lock-path=$run/recover/lock
log-level-file=off
process-max=$(nproc)
[$PGBACKREST_STANZA]
pg1-path=$work
CONF
  export PGBACKREST_CONFIG="$run/recover/pgbackrest.conf"
  [ "${repository:-local}" != object-store ] || export PGBACKREST_CONFIG_INCLUDE_PATH="$run/object-store"
}

# usage: _said FILE  (the errors in a log, in one line; that it does not let us in yet is none)
_said() {
  grep -E 'ERROR|FATAL|PANIC' "$1" | grep -v 'FATAL: *the database system is' | sed -E 's/^.*(ERROR|FATAL|PANIC): +//' | head -n 3 | tr '\n' ' ' | cut -c 1-500
}

# usage: _fetch [OPTION…]
# --delta takes up what an earlier run fetched. --archive-mode=off, else recovery would archive its own timeline into the
# repository (pgbackrest#1908). Tablespaces get places of this restore's own: where they were, the data lie that are kept.
_fetch() {
  [ -f "$work/PG_VERSION" ] || [ -f "$work/backup.manifest" ] || rm -rf "$work" "$spaces"
  mkdir -p "$work"
  chmod 0700 "$work"
  rm -f "$work/postmaster.pid"
  _run pgbackrest restore --delta --archive-mode=off --tablespace-map-all="$spaces" "$@" --log-level-console=info --log-level-stderr=error 2> "$run/recover/fetch.log" ||
    _fail "the backup could not be restored: $(_said "$run/recover/fetch.log")"
}

# usage: _take_timelines NUMBER,…  (so that recovery gives its own a number that no other node has used for something else)
_take_timelines() {
  local number name
  for number in $(_words "$1"); do
    name=$(printf '%s/pg_wal/%08X.history' "$work" "$number")
    [ -e "$name" ] || : > "$name"
  done
}

# usage: _recovery_control NAME  (a value from pg_controldata)
_recovery_control() {
  LC_ALL=C pg_controldata "$work" | sed -n "s/^$1: *//p"
}

# usage: _configure_server  (`durable` is off or on)
_configure_server() {
  cat > "$run/recover/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$socket'
hot_standby = off
wal_log_hints = on
max_prepared_transactions = $(_recovery_control 'max_prepared_xacts setting')
max_locks_per_transaction = $(_recovery_control 'max_locks_per_xact setting')
shared_buffers = 128MB
fsync = $durable
autovacuum = off
log_timezone = 'UTC'
timezone = 'UTC'
lc_messages = 'C'
CONF
  echo 'local all postgres peer' > "$run/recover/pg_hba.conf"
}

# usage: _recover  (not pg_ctl's own waiting: without hot standby it takes the beginning of the recovery for its end)
_recover() {
  local words
  _configure_server
  _say "recovering to ${wanted:-the target}"
  pg_ctl -D "$work" -l "$run/recover/log" -s -W \
    -o "-c config_file=$run/recover/postgresql.conf -c hba_file=$run/recover/pg_hba.conf" start > /dev/null 2>&1
  until pg_isready -q -h "$socket"; do
    _run sleep 0.3
    pg_ctl -D "$work" status > /dev/null && continue
    words=$(_said "$run/recover/log")
    case $words in *'before configured recovery target'*)
      words="the archived WAL ends before the target, or some of it is missing: $(grep -oE 'last completed transaction was at log time .*|redo done at [0-9A-F/]*' "$run/recover/log" | tail -n 1)" ;;
    esac
    _fail "the backup could not be recovered to ${wanted:-the target}: ${words:-$(tail -n 2 "$run/recover/log" | tr '\n' ' ')}"
  done
}

# usage: _ask_recovered [OPTION…]  (statements on standard input)
_ask_recovered() {
  PGOPTIONS=$search_path psql -XAtq -h "$socket" -d postgres -v ON_ERROR_STOP=1 "$@"
}

# usage: _look  (where it got to, as lines KEY=VALUE; sets ended to the name of the last segment that was replayed)
_look() {
  local timeline history size heartbeat
  echo CHECKPOINT | _ask_recovered
  timeline=$(_recovery_control "Latest checkpoint's TimeLineID")
  size=$(_recovery_control 'Bytes per WAL segment')
  # The history of the timeline that recovery began says where it left the one before.
  history=$(grep -E '^[0-9]+' "$(printf '%s/pg_wal/%08X.history' "$work" "$timeline")" | tail -n 1)
  ended=$(echo "$history" | {
    read -r parent lsn _
    _is_number "$parent" && _is_number "$size" && at=$(($(_bytes_of "$lsn") - 1)) || exit 1
    printf '%08X%08X%08X' "$parent" $((at / 4294967296)) $((at % 4294967296 / size))
  }) || _fail "the restored cluster has a timeline history that cannot be parsed: $(echo "$history" | tr -cd ' -~' | cut -c 1-100)"
  heartbeat=$(echo "SELECT to_char(max(at) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') FROM run_playbook.heartbeat" | _ask_recovered 2> /dev/null) || heartbeat=
  cat <<REPORT
timeline=$timeline
lsn=$(echo "$history" | cut -f 2)
segment=$ended
heartbeat=$heartbeat
commit=$(sed -n 's/.*last completed transaction was at log time //p' "$run/recover/log" | tail -n 1)
databases=$(echo "SELECT string_agg(datname || ' ' || pg_size_pretty(pg_database_size(oid)), ', ' ORDER BY datname) FROM pg_database WHERE NOT datistemplate" | _ask_recovered)
REPORT
}

# usage: _compare PROMISED ENDED  (segment names; an end that was computed from the archive has to be reached)
_compare() {
  [ -n "$1" ] || return 0
  # The timeline is a part of the name: on another one nothing else counts.
  [ "$(echo "$1" | cut -c 1-8)" = "$(echo "$2" | cut -c 1-8)" ] && ! [ "$1" \> "$2" ] ||
    _fail "recovery ended in WAL segment $2, but the archive goes on to $1"
}

# usage: _end_recovery  (what it wrote into the data for itself would beat the configuration for ever)
_end_recovery() {
  pg_ctl -D "$work" -m fast -s -w -t 3600 stop || _fail 'the recovered database could not be shut down'
  sed -i -e '/^# \(Recovery settings generated\|Removed\) by pgBackRest/d' \
    -e '/^#*[[:space:]]*\(restore_command\|recovery_[a-z_]*\|archive_mode\|archive_command\)[[:space:]]*=/d' "$work/postgresql.auto.conf"
  # It was made while nothing was archived, and is the only map to what will be.
  touch "$(printf '%s/pg_wal/archive_status/%08X.history.ready' "$work" "$(_recovery_control "Latest checkpoint's TimeLineID")")"
}
