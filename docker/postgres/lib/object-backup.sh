# shellcheck shell=sh disable=SC2034,SC3043,SC2154
# Backups in the object store: each backup of this node is followed by one there, with the retention of its own. They are taken from the database,
# not copied from the repository of this node, whose damage they do not share.

# usage: _back_up_store NOW  (one at a time, in the background: a full backup over a slow line takes hours, and WAL goes on meanwhile)
_back_up_store() {
  local type
  if [ -n "$backup_pid" ]; then
    if kill -0 "$backup_pid" 2> /dev/null; then return 0; fi
    wait "$backup_pid" && backup_wait=60 || backup_wait=$((${backup_wait:-60} < 480 ? ${backup_wait:-60} * 2 : 900))
    backup_pid='' next_list=0 next_listing=0 next_ask=0
    [ "$backup_wait" -eq 60 ] || next_backup=$(($1 + backup_wait))
    # What the store said is from before.
    return 0
  fi
  [ "$1" -ge "${next_backup:-0}" ] || return 0
  type=$(_due_in_store "$1")
  [ -n "$type" ] || return 0
  _say "starting a backup, type $type"
  _take_backup "$type" &
  backup_pid=$!
}

# usage: _due_in_store NOW  (prints full, diff or incr, or nothing)
_due_in_store() {
  printf '%s' "$store_info" | jq -r --argjson now "$1" --argjson days "${BACKUP_FULL_DAYS:-7}" --slurpfile contents "$state/contents.json" '
    ([$contents[0].info[0].backup[]? | select(.error | not)] | max_by(.timestamp.stop)) as $own
    | [.[0].backup[]?] as $there | ([$there[].timestamp.start] | max // 0) as $newest
    | ([$there[] | select(.type == "full") | .timestamp.stop] | max // 0) as $full
    | if $own == null or $own.timestamp.stop <= $newest then empty
      elif $full < $now - ($days * 86400 - 43200) then "full"
      elif $own.type == "incr" then "incr" else "diff" end' 2> /dev/null
}

# usage: _take_backup TYPE  (what came of it is object-store.backup; older ones are expired only for a good one)
_take_backup() {
  local standby text code=0 log="$work/backup.log"
  standby=$(echo 'SELECT pg_is_in_recovery()' | _sql) || { _keep_backup failed 'PostgreSQL does not answer on this node'; return 1; }
  set -- --type="$1"
  [ "$standby" = f ] || set -- --backup-standby=y "$@"
  while :; do
    code=0
    _in_store pgbackrest backup --no-expire-auto --log-level-console=info "$@" > "$log" 2>&1 < /dev/null || code=$?
    # Another node takes its own in the store. They are not in step, or each would find the lock of the other for ever.
    [ "$code" -ne 0 ] && { [ "$code" -eq 50 ] || grep -q LockAcquireError "$log"; } || break
    sleep $((5 + $(od -An -N1 -tu1 /dev/urandom) % 20))
  done
  if [ "$code" -ne 0 ]; then
    text=$(grep -A 30 'ERROR: ' "$log" | sed 's/^.*ERROR: *//')
    # Whether it is the store that failed, or the database, or the primary.
    case $text in *HTTP* | *TLS* | *Crypto* | *ertificate* | *'unable to connect'*) text=$(_wrong "$text") && text=${text#* } ;; esac
    _keep_backup failed "$(printf %s "$text" | tr -s '\n\t' '  ' | cut -c 1-600)"
    return 1
  fi
  [ "$(_store_info | jq '[.[0].backup[]?] | max_by(.timestamp.stop).error')" = true ] ||
    _pgbackrest_in_store expire >> "$log" 2>&1 || _say 'old backups were not expired; the next backup tries again'
  _keep_backup ok "$(sed -n 's/.*INFO: new backup label = //p' "$log")"
}

# usage: _keep_backup ok|failed TEXT
_keep_backup() {
  printf '%s %s\n' "$1" "$2" > "$state/object-store.backup.new"
  mv "$state/object-store.backup.new" "$state/object-store.backup"
  _say "backup: $1 $2"
}

# usage: _backup_problems NOW
_backup_problems() {
  local result text newest
  [ -s "$state/object-store.backup" ] || return 0
  read -r result text < "$state/object-store.backup"
  [ "$result" = failed ] || return 0
  newest=$(printf '%s' "$store_info" | jq -r '[.[0].backup[]?.timestamp.stop] | max // 0' 2> /dev/null)
  printf 'store-backup\twarning\tthe last backup in the object store failed: %s\n' "$text$([ "${newest:-0}" -gt 0 ] && echo ". The newest one there is $((($1 - newest) / 3600)) hours old" || echo '. There is none yet')"
}
