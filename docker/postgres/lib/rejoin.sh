# shellcheck shell=sh disable=SC3043,SC2154
# How a node that was left behind becomes a replica again. Whoever manages the cluster asks for it with a file beside the
# data folder, `rejoin`: a line action=rewind or action=reclone, and a line primary=ADDRESS. It disappears when it is done;
# whatever is cut short is begun again at the next start.

# usage: _rejoin  (returns when nothing is asked for, or done)
_rejoin() {
  [ -f "$mount/rejoin" ] || return 0
  local action delay=1
  while [ -f "$mount/rejoin" ]; do
    action=$(_requested action)
    POSTGRES_PRIMARY_HOST=$(_requested primary)
    if ! _has_data; then
      POSTGRES_REPLICATION_MODE=replica
      _clone
      _rejoined
    elif ! _may_rejoin "$action"; then
      _run sleep "$delay"
      delay=$((delay < 4 ? delay * 2 : 5))
    else
      _come_back "$action"
      _rejoined
    fi
  done
}

# usage: _requested KEY
_requested() {
  sed -n "s/^$1=//p" "$mount/rejoin" | head -n 1 | tr -cd '[:alnum:].:-'
}

# usage: _may_rejoin ACTION  (our data is only touched when another node is a primary, of our cluster, and ahead of us)
_may_rejoin() {
  local timeline
  _ask "$POSTGRES_PRIMARY_HOST"
  timeline=$(_timeline)
  if [ "$answer" != primary ]; then
    _waiting "waiting to follow $POSTGRES_PRIMARY_HOST, which $(_describe)"
  elif [ "$peer_sysid" != "$(_control 'Database system identifier')" ]; then
    _waiting "not following $POSTGRES_PRIMARY_HOST: it belongs to another cluster"
  elif [ "$peer_timeline" -lt "$timeline" ]; then
    _waiting "not following $POSTGRES_PRIMARY_HOST: its timeline $peer_timeline is older than the timeline $timeline of this node"
  elif [ "$1" = rewind ] && [ "$peer_timeline" -eq "$timeline" ] && [ "$(_role)" = primary ] && [ ! -e "$mount/rewinding" ]; then
    # pg_rewind compares timelines, and would find nothing to do: standby.signal was removed by hand.
    _waiting "not following $POSTGRES_PRIMARY_HOST: it and this node are both primaries on timeline $timeline; re-clone one of them"
  else
    return 0
  fi
  return 1
}

# usage: _come_back ACTION  (a rewind that is not possible, or was cut short, leaves a copy as the only way)
_come_back() {
  [ -e "$mount/fenced" ] || echo "$POSTGRES_PRIMARY_HOST, timeline $peer_timeline" > "$mount/fenced"
  _drop_stale_pid
  [ "$1" = rewind ] && _rewind || _reclone
}

# usage: _rejoined  (in this order: at no moment may the data be a primary's without a fence)
_rejoined() {
  _flush "$PGDATA/standby.signal" "$PGDATA"
  rm -f "$mount/rewinding" "$mount/fenced" "$mount/rejoin"
  _flush "$mount"
}

# usage: _rewind  (pg_rewind finds out by itself whether there is anything to take back)
_rewind() {
  local source
  if [ -e "$mount/rewinding" ]; then
    _say 'an earlier pg_rewind was interrupted, so the data directory cannot be used any more'
    return 1
  fi
  _configure
  _waiting "running pg_rewind against $POSTGRES_PRIMARY_HOST"
  source="host=$POSTGRES_PRIMARY_HOST port=$POSTGRES_PORT user=$POSTGRES_REWIND_USER dbname=postgres \
passfile=$run/pgpass connect_timeout=5 options='$search_path'"
  # Until its next checkpoint the new primary's control file still tells of the old timeline.
  _run_remote psql -Xqw "$source" -c CHECKPOINT > "$run/answer" 2>&1 ||
    { _say "$POSTGRES_PRIMARY_HOST: $(_last_line)"; return 1; }
  set -- --target-pgdata="$PGDATA" --source-server="$source" --config-file="$config/postgresql.conf"
  [ -z "$(postgres -D "$PGDATA" -c config_file="$config/postgresql.conf" -C restore_command 2>/dev/null)" ] ||
    set -- "$@" --restore-target-wal
  touch "$mount/rewinding"
  _flush "$mount/rewinding" "$mount"
  _run_remote pg_rewind "$@" > "$run/answer" 2>&1 || { _say "pg_rewind: $(_last_line)"; return 1; }
  _say "pg_rewind: $(_last_line)"
  touch "$PGDATA/standby.signal"
  _ensure_slot || return 1
  # A rewound node starts when it has the WAL up to here. An idle primary would fill it up minutes later.
  _run_remote psql -XAtqw "$source" -c 'SELECT pg_switch_wal()' > "$run/answer" 2>&1 ||
    _say "$POSTGRES_PRIMARY_HOST: $(_last_line)"
}

# usage: _reclone  (the old data stays until the copy is complete, if the disk has room for both)
_reclone() {
  local used free
  rm -rf "$mount/pgdata.old" "$mount/pgdata.clone"
  used=$(du -sk "$PGDATA" | cut -f 1)
  free=$(df -Pk "$mount" | awk 'NR == 2 { print $4 }')
  if [ "$free" -gt $((used + used / 8)) ]; then
    _say "re-cloning from $POSTGRES_PRIMARY_HOST; the old data is kept until the copy is complete"
    _make_clone
    mv "$PGDATA" "$mount/pgdata.old"
    _move_in "$mount/pgdata.clone"
  else
    _say "re-cloning from $POSTGRES_PRIMARY_HOST; deleting the old data first, because $free kB are free and the data needs $used kB"
    mv "$PGDATA" "$mount/pgdata.old"
    rm -rf "$mount/pgdata.old"
    _make_clone
    _move_in "$mount/pgdata.clone"
  fi
  rm -rf "$mount/pgdata.old"
}
