# shellcheck shell=sh disable=SC3043,SC2154
# Two primaries are worse than none. A node without standby.signal asks its peers before it starts, and stays up,
# unhealthy and saying why, for as long as one of them objects.

# usage: _ask HOST [SECONDS]  (sets answer to primary, standby, busy, refused or silent; and peer_sysid, peer_timeline)
# in_hot_standby needs no database and no other right than replication (PostgreSQL 14 and later).
_ask() {
  local text
  peer_sysid='' peer_timeline=0
  _psql "$1" "${2:-5}" -c 'SHOW in_hot_standby' -c IDENTIFY_SYSTEM > "$run/answer" 2>&1 || true
  text=$(cat "$run/answer")
  case $text in
    off*\|*) answer=primary ;;
    on*\|*) answer=standby ;;
    # A standby that waits for its first WAL may be waiting for us: that is no objection.
    *'not yet accepting connections'* | *'not accepting connections'*) answer=standby; return 0 ;;
    *'starting up'* | *'shutting down'* | *'in recovery mode'*) answer=busy; return 0 ;;
    *FATAL:* | *password*) answer=refused; return 0 ;;
    *) answer=silent; return 0 ;;
  esac
  peer_sysid=$(_field 1)
  peer_timeline=$(_field 2)
  # Whoever says something else is no PostgreSQL, and has no vote.
  case $peer_sysid in *[!0123456789]*) peer_timeline= ;; esac
  _is_number "$peer_timeline" || { answer=silent peer_sysid='' peer_timeline=0; }
}

# usage: _psql HOST SECONDS OPTION…  (as one who replicates; SECONDS for the connection. A peer that accepts it and then says
# nothing must not keep us from the others)
_psql() {
  local conninfo
  conninfo="$(_conninfo "$1" "${POSTGRES_SLOT_NAME}_asks") connect_timeout=$2 dbname=postgres replication=true"
  shift 2
  _run_remote timeout "${answer_seconds:-30}" psql -XAtqw "$conninfo" "$@"
}

# usage: _field NUMBER  (of IDENTIFY_SYSTEM, the second line of the answer: sysid|timeline|lsn|)
_field() {
  sed -n 2p "$run/answer" | cut -d '|' -f "$1" | tr -cd '[:alnum:]'
}

# usage: _last_line  (of what a peer answered; it goes to the log, so only printable characters; busybox has no [:print:])
_last_line() {
  tail -n 1 "$run/answer" | tr -cd ' -~' | cut -c 1-300
}

# usage: _describe
_describe() {
  case $answer in
    primary) echo "is a primary on timeline $peer_timeline" ;;
    standby) echo 'is a standby' ;;
    busy) echo 'is starting up or shutting down' ;;
    refused) echo "refuses the login of $POSTGRES_REPLICATION_USER: $(_last_line)" ;;
    silent) echo 'does not answer' ;;
  esac
}

# usage: _control NAME  (a value from pg_controldata)
_control() {
  LC_ALL=C pg_controldata "$PGDATA" | sed -n "s/^$1: *//p"
}

# usage: _timeline  (the control file only learns of a promotion at the next checkpoint; the WAL's names know at once)
_timeline() {
  local control wal
  control=$(_control "Latest checkpoint's TimeLineID")
  wal=$(find "$PGDATA/pg_wal" 2>/dev/null | LC_ALL=C sed -n 's:.*/\([0-9A-F]\{8\}\)[0-9A-F]\{16\}$:\1:p' | sort | tail -n 1)
  [ $((0x${wal:-0})) -le "$control" ] || control=$((0x$wal))
  echo "$control"
}

# usage: _fence  (whoever promotes another node leaves this on ours, for the day when nobody can be asked)
_fence() {
  [ -e "$mount/fenced" ] || return 1
  objection="$mount/fenced says that another node took over ($(head -n 1 "$mount/fenced" | tr -cd ' -~'))"
  case $objection in *', not signed)') objection="$objection. If nobody promoted that node, see docs/second-day.md" ;; esac
}

# usage: _remember_fence HOST  (a peer that is ahead stays ahead: when nobody can be asked later, this node must not
# take silence for consent)
_remember_fence() {
  local who doubt
  [ -e "$mount/fenced" ] || [ "$peer_timeline" -le "$timeline" ] || {
    _weigh "$1"
    echo "$who, timeline $peer_timeline, found $(date -u +%Y-%m-%dT%H:%M:%SZ)$doubt" > "$mount/fenced"
    _flush "$mount/fenced" "$mount"
  }
}

# usage: _objection_of HOST  (sets objection when this peer is a reason not to start)
_objection_of() {
  _ask "$1"
  # One that can not say its timeline yet may be of the next: it has no vote.
  [ "$answer" != standby ] || [ -n "$peer_sysid" ] || answer=silent
  case $answer in
    silent) silent="$silent $1"; return 0 ;;
    busy | refused) objection="$1 $(_describe)" ;;
  esac
  heard=$((heard + 1))
  if [ -n "$peer_sysid" ] && [ "$peer_sysid" != "$sysid" ]; then
    objection="$1 belongs to another cluster (system identifier $peer_sysid; that of this node is $sysid)"
  elif [ "$answer" = primary ]; then
    objection="$1 is the primary (timeline $peer_timeline; this node is on timeline $timeline)"
    _remember_fence "$1"
  elif [ "$peer_timeline" -gt "$timeline" ]; then
    objection="$1 follows timeline $peer_timeline and this node is on timeline $timeline: another node was promoted"
    _remember_fence "$1"
  fi
}

# usage: _objections DEADLINE  (sets objection, empty when this node may write)
# After a power cut the old primary may boot first. Until the deadline it waits for a majority, itself included, to
# be heard: one replica that follows the new timeline is enough to stop it.
_objections() {
  local host sysid timeline heard=1 silent='' nodes=1
  objection=
  ! _fence || return 0
  sysid=$(_control 'Database system identifier')
  timeline=$(_timeline)
  for host in $(_peers); do
    nodes=$((nodes + 1))
    _objection_of "$host"
    [ -z "$objection" ] || return 0
  done
  [ $((heard * 2)) -gt "$nodes" ] || [ "$(date +%s)" -ge "$1" ] ||
    objection="no answer yet from$silent; starting without an answer after $POSTGRES_GUARD_PATIENCE s"
}

# usage: _guard  (returns when nobody objects, or when this node was made a standby; an upgrade that has stopped all other nodes says so)
_guard() {
  local deadline delay=1
  deadline=$(($(date +%s) + POSTGRES_GUARD_PATIENCE))
  [ ! -e "$mount/upgrade.alone" ] || deadline=0
  while _rejoin && [ "$(_role)" = primary ]; do
    _objections "$deadline"
    [ -n "$objection" ] || { rm -f "$mount/upgrade.alone"; return 0; }
    _waiting "not starting as a primary: $objection"
    _pause "$delay"
    delay=$((delay < 8 ? delay * 2 : 10))
  done
}

# usage: _pause SECONDS  (less when somebody changes what the waiting is about)
_pause() {
  local left="$1" fence=no
  ! [ -e "$mount/fenced" ] || fence=yes
  while [ "$left" -gt 0 ] && [ ! -f "$mount/rejoin" ] && [ "$(_role)" = primary ]; do
    [ "$fence" = no ] || [ -e "$mount/fenced" ] || return 0
    _run sleep 1
    left=$((left - 1))
  done
}

# usage: _no_cluster_elsewhere  (a new cluster beside a living one would be a second primary with another identity)
_no_cluster_elsewhere() {
  local host delay=1
  while :; do
    objection=
    _fence || for host in $(_peers); do
      _run pg_isready -q -U nobody -h "$host" -p "$POSTGRES_PORT" -t 3 && code=0 || code=$?
      [ "$code" -gt 1 ] || { objection="$host already runs PostgreSQL"; break; }
    done
    [ -n "$objection" ] || return 0
    _waiting "not creating a new cluster: $objection"
    _run sleep "$delay"
    delay=$((delay < 8 ? delay * 2 : 10))
  done
}
