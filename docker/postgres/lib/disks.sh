# shellcheck shell=sh disable=SC3043,SC2154
# Disks beside those of the repository and of the data folder, of which health.sh speaks: what else PostgreSQL writes to, and what
# the node itself needs. Each is told of once, however much is on it.

# usage: _health_of_other_disks  (of the node a container sees what is mounted from /etc and /var, and below / the disk of Docker)
_health_of_other_disks() {
  _health_of_disks "$PGDATA/pg_wal/" "$PGDATA"/pg_tblspc/*/ /etc/pgbackrest/ "$state/" /
}

# usage: _health_of_disks PLACE…
_health_of_disks() {
  local place disk total free known
  known=" $(_disk "$repo") $(_disk "$PGDATA") "
  for place in "$@"; do
    [ -d "$place" ] || continue
    disk=$(_disk "$place")
    # What Docker lays over its disk has a number of its own, but the size of the disk.
    case "$known" in *" ${disk%:*}:"* | *":${disk#*:} "*) continue ;; esac
    known="$known$disk "
    total=${disk#*:}
    free=$(df -Pk "$place" | awk 'NR == 2 { print $4 }')
    _say_of_disk "$place" "$free" "$total"
  done
}

# usage: _disk PLACE  (prints NUMBER:TOTAL, by which a file system is known, and its size in kB)
_disk() {
  echo "$(stat -L -c %d "$1" 2>/dev/null):$(df -Pk "$1" 2>/dev/null | awk 'NR == 2 { print $2 }')"
}

# usage: _say_of_disk PLACE FREE TOTAL
_say_of_disk() {
  local level=nearly-full words
  [ "$2" -lt $(($3 / 20)) ] || [ "$2" -lt 65536 ] || return 0
  [ "$2" -ge $(($3 / 50)) ] && [ "$2" -ge 65536 ] || level=full
  words="has $(($2 / 1024)) of $(($3 / 1024)) MB free"
  case $level:$1 in
    full:*/pg_wal/) _problem data-full critical "the disk of pg_wal $words; PostgreSQL stops when it is full" ;;
    *:*/pg_wal/) _problem data-nearly-full warning "the disk of pg_wal $words; PostgreSQL stops when it is full" ;;
    full:*/pg_tblspc/*) _problem data-full critical "the disk of the tablespace $(readlink -f "$1") $words; writes to it fail when it is full" ;;
    *:*/pg_tblspc/*) _problem data-nearly-full warning "the disk of the tablespace $(readlink -f "$1") $words; writes to it fail when it is full" ;;
    full:*) _problem system-full critical "$(_named "$1") of the node $words; containers, logs and logins fail when it is full" ;;
    *) _problem system-nearly-full warning "$(_named "$1") of the node $words; containers, logs and logins fail when it is full" ;;
  esac
}

# usage: _named PLACE  (what it is on the node)
_named() {
  case $1 in
    /) echo 'the disk of Docker' ;;
    /etc/*) echo 'the root file system' ;;
    *) echo 'the file system of /var/lib/run-playbook' ;;
  esac
}
