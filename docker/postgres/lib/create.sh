# shellcheck shell=sh disable=SC3043,SC2154
# An empty disk becomes a primary or a copy of one. Both are made under another name and renamed when they are
# complete: whatever is cut short leaves nothing behind that could be taken for a cluster.

# usage: _create  (a new cluster, with the role that the other nodes will replicate with)
_create() {
  local new="$mount/pgdata.init"
  rm -rf "$new"
  _no_cluster_elsewhere
  [ -s "$run/replication_password" ] || [ -z "$(_peers)" ] ||
    _die 'POSTGRES_REPLICATION_PASSWORD_FILE is not set, but the nodes in POSTGRES_PEERS need it to replicate'
  _status 'creating a new cluster'
  _say "creating a new cluster in $PGDATA"
  set -- --pgdata="$new" --username=postgres --encoding=UTF8 --data-checksums --no-instructions
  [ ! -s "$run/postgres_password" ] || set -- "$@" --pwfile="$run/postgres_password"
  # shellcheck disable=SC2046,SC2086  # lists of options
  _run initdb "$@" --auth-local=peer --auth-host=scram-sha-256 $(_locale) ${POSTGRES_INITDB_ARGS:-} >/dev/null
  _create_replication_role "$new"
  _move_in "$new"
}

# usage: _locale  (PostgreSQL's own C.UTF-8 sorts the same on every libc; before 17 the libc's has to do)
_locale() {
  echo --locale=C.UTF-8
  [ "$(_major)" -lt 17 ] || echo --locale-provider=builtin --builtin-locale=C.UTF-8
}

# usage: _major  (prints 17 for "postgres (PostgreSQL) 17.12 (Debian 17.12-1)")
_major() {
  postgres --version | sed 's/[^0-9]*\([0-9]*\).*/\1/'
}

# usage: _create_replication_role PGDATA
# The server listens on a private socket only, so neither a health check nor a client can take it for the real one
# (docker-library/postgres#146). psql reads the password itself and the session logs nothing.
_create_replication_role() {
  [ -s "$run/replication_password" ] || return 0
  _run pg_ctl --pgdata="$1" --silent --wait start -o "-c listen_addresses='' -c unix_socket_directories=$run" -l "$run/init.log" ||
    { cat "$run/init.log" >&2; return 1; }
  PGOPTIONS=$search_path psql -Xq -h "$run" -d postgres -v ON_ERROR_STOP=1 -v role="$POSTGRES_REPLICATION_USER" <<SQL
SET log_statement = 'none';
SET log_min_duration_statement = -1;
SET log_min_error_statement = 'panic';
SET password_encryption = 'scram-sha-256';
\\set password \`cat $run/replication_password\`
CREATE ROLE :"role" LOGIN REPLICATION PASSWORD :'password';
SQL
  _run pg_ctl --pgdata="$1" --silent --wait --mode=fast stop
  rm -f "$run/init.log"
}

# usage: _clone  (a copy of the primary takes the place of an empty folder)
_clone() {
  _make_clone
  _move_in "$mount/pgdata.clone"
  rm -rf "$mount/pgdata.old"
  _say "copied $POSTGRES_PRIMARY_HOST"
}

# usage: _make_clone  (waits for a primary, within bounds, and copies it beside the data folder)
_make_clone() {
  local new="$mount/pgdata.clone" deadline
  [ -n "$POSTGRES_PRIMARY_HOST" ] || _die 'POSTGRES_PRIMARY_HOST is not set: set it to the primary that this node should copy'
  deadline=$(($(date +%s) + POSTGRES_CLONE_TIMEOUT))
  rm -rf "$new"
  until _primary_is_ready && _ensure_slot && _copy "$new"; do
    rm -rf "$new"
    [ "$(date +%s)" -lt "$deadline" ] || _die "gave up after $POSTGRES_CLONE_TIMEOUT s: $last_reason"
    _run sleep 2
  done
  touch "$new/standby.signal"
}

# usage: _primary_is_ready
_primary_is_ready() {
  _ask "$POSTGRES_PRIMARY_HOST"
  [ "$answer" != primary ] || return 0
  _waiting "waiting for the primary $POSTGRES_PRIMARY_HOST, which $(_describe)"
  return 1
}

# usage: _ensure_slot  (made here when nobody has; a lost one has no restart position and could never be used again)
_ensure_slot() {
  local slot
  _replication READ_REPLICATION_SLOT && slot=$(cat "$run/answer") || slot=
  case $slot in
    physical\|[0-9A-F]*) return 0 ;;
    physical\|*) _replication DROP_REPLICATION_SLOT || true ;;
  esac
  _replication CREATE_REPLICATION_SLOT ' PHYSICAL RESERVE_WAL' ||
    { _waiting "slot $POSTGRES_SLOT_NAME on $POSTGRES_PRIMARY_HOST: $(_last_line)"; return 1; }
}

# usage: _replication COMMAND [OPTIONS]  (about our own slot; the answer is left in a file)
_replication() {
  _run_remote psql -XAtqw "$(_conninfo "$POSTGRES_PRIMARY_HOST") dbname=postgres replication=true" \
    -c "$1 ${POSTGRES_SLOT_NAME}${2:-}" > "$run/answer" 2>&1
}

# usage: _copy FOLDER  (no -R: it would write the connection into the data, where it outlives every promotion)
_copy() {
  _waiting "copying the primary $POSTGRES_PRIMARY_HOST"
  set -- --pgdata="$1" --wal-method=stream --checkpoint=fast --slot="$POSTGRES_SLOT_NAME" --no-password
  [ -z "$POSTGRES_CLONE_RATE" ] || set -- "$@" --max-rate="$POSTGRES_CLONE_RATE"
  _run_remote pg_basebackup "$@" --dbname="$(_conninfo "$POSTGRES_PRIMARY_HOST" "${POSTGRES_SLOT_NAME}_copy")" 2> "$run/answer" && return 0
  _waiting "copying the primary $POSTGRES_PRIMARY_HOST failed: $(_first_error)"
  _empty_tablespace "$1" || true
  return 1
}

# usage: _first_error  (what comes after it is how pg_basebackup tidies up)
_first_error() {
  { grep 'error:' "$run/answer" || _last_line; } | head -n 1 | tr -cd ' -~' | cut -c 1-300
}

# usage: _empty_tablespace FOLDER  (when the copy failed for it: what a tablespace holds of data that were here before, or of a
# copy that was killed, is given up like those; the next attempt finds it empty. Nothing but PostgreSQL's own folders goes.)
_empty_tablespace() {
  local place
  place=$(sed -n 's/.*directory "\(.*\)" exists but is not empty.*/\1/p' "$run/answer" | head -n 1)
  case $place in '' | "$1" | "$1"/* | "$PGDATA" | "$PGDATA"/* | "$mount") return 1 ;; esac
  for place in "$place"/PG_[0-9]*_[0-9]*; do
    [ -d "$place" ] || continue
    _say "removing $place: a tablespace directory that belongs to older data"
    rm -rf "$place"
  done
}
