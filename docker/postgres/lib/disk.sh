# shellcheck shell=sh disable=SC3043,SC2154
# What is on the disk decides what this node is. Variables only decide what to make of an empty one.

# usage: _has_data  (pg_control is the last file of a clone; PG_VERSION is there after a second and proves nothing)
_has_data() {
  [ -f "$PGDATA/global/pg_control" ]
}

# usage: _role  (prints primary, replica or empty)
_role() {
  if ! _has_data; then echo empty
  elif [ -f "$PGDATA/standby.signal" ]; then echo replica
  else echo primary
  fi
}

# usage: _libc
_libc() {
  if ls /lib/ld-musl-* >/dev/null 2>&1; then echo musl; else echo glibc; fi
}

# usage: _check_disk  (as root or as postgres, before anything is touched)
_check_disk() {
  local uid libc
  if ! _has_data; then
    [ ! -d "$PGDATA" ] || [ -z "$(ls -A "$PGDATA")" ] ||
      _die "$PGDATA contains files, but not a complete cluster (global/pg_control is missing); move them away, then start again"
    return 0
  fi
  uid=$(stat -c %u "$PGDATA")
  [ "$uid" = "$(id -u postgres)" ] ||
    _die "$PGDATA belongs to uid $uid, but postgres has uid $(id -u postgres) in this image: the data was created with" \
      'another image. Go back to that image, or re-clone the node with this one. Do not use chown'
  libc=$(sed -n 's/^libc=//p' "$mount/node.state" 2>/dev/null) || true
  [ "${libc:-$(_libc)}" = "$(_libc)" ] ||
    _die "$PGDATA was created with $libc, but this image has $(_libc): the two sort text differently, so indexes would be" \
      'corrupt (docker-library/postgres#327). Go back to the previous image, or re-clone the node'
}

# usage: _own_disk  (as root; a cluster that is there already keeps its owner)
_own_disk() {
  mkdir -p "$mount" "$run" /var/run/postgresql
  _has_data || chown postgres: "$mount"
  chown postgres: "$run" /var/run/postgresql
  chmod 0700 "$run"
  _status
}

# usage: _remember  (just before a new cluster is renamed into place)
_remember() {
  printf 'uid=%s\nlibc=%s\n' "$(id -u)" "$(_libc)" > "$mount/node.state"
}

# usage: _lock  (descriptor 9 stays open through exec, so the lock lives exactly as long as PostgreSQL)
_lock() {
  exec 9>> "$mount/pgdata.lock"
  until flock -n 9; do
    _waiting "another container is using $mount"
    _run sleep 2
  done
}

# usage: _drop_stale_pid  (only while the lock is held: in a new container the old PID means another process)
# The socket's folder is shared with the backup and status containers and outlives this one.
_drop_stale_pid() {
  [ ! -f "$PGDATA/postmaster.pid" ] || _say 'removing postmaster.pid: PostgreSQL was killed without a shutdown'
  rm -f "$PGDATA/postmaster.pid" "/var/run/postgresql/.s.PGSQL.$POSTGRES_PORT" "/var/run/postgresql/.s.PGSQL.$POSTGRES_PORT.lock"
}

# usage: _flush PATH…  (older busybox syncs everything or nothing)
_flush() {
  sync "$@" 2>/dev/null || sync
}

# usage: _move_in FOLDER  (a cluster is either complete or not there)
_move_in() {
  _remember
  _flush "$1" "$mount/node.state"
  [ ! -d "$PGDATA" ] || rmdir "$PGDATA"
  mv "$1" "$PGDATA"
  _flush "$mount"
}
