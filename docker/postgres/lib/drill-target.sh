# shellcheck shell=sh disable=SC3043,SC2154
# To which moment a drill restores, and whether there is room for it.

# usage: _wait_for_backup  (the lock is the one that `backup` holds; it is given back at once)
_wait_for_backup() {
  [ -e /tmp/pgbackrest/backup.flock ] || return 0
  flock -n /tmp/pgbackrest/backup.flock true && return 0
  _say 'a backup is running: waiting until it ends'
  flock -w "${DRILL_PATIENCE:-3600}" /tmp/pgbackrest/backup.flock true || _fail backup "a backup was still running after ${DRILL_PATIENCE:-3600} s: run the drill later"
}

# usage: _repeat_what_the_node_says
_repeat_what_the_node_says() {
  local text
  sed -n 's/^problem //p' "$run/node" > "$run/problems"
  while read -r text; do _checked node no "$text"; done < "$run/problems"
  case $(sed -n 's/^archive //p' "$run/node") in
    'ok '*) _checked archive yes "$(sed -n 's/^archive [a-z]* //p' "$run/node")" ;;
    'failed '*) _checked archive no "$(sed -n 's/^archive [a-z]* //p' "$run/node")" ;;
  esac
  grep -q '^heartbeat ' "$run/node" ||
    _fail heartbeat 'the database has no heartbeats to compare with (table run_playbook.heartbeat): check that the container pgbackrest is running'
}

# usage: _archived SEGMENT  (on any timeline; names are readable in an encrypted repository too)
_archived() {
  local file
  for file in "/var/lib/pgbackrest/archive/$PGBACKREST_STANZA"/*/????????"${1%????????}"/????????"$1"-*; do
    [ ! -f "$file" ] || return 0
  done
  return 1
}

# usage: _configure_drill  (one repository and one place for the data: no other node, nothing shared with the living)
_configure_drill() {
  mkdir -p "$run/drill" "$run/drill.lock"
  chmod 0700 "$run/drill"
  cat > "$run/drill/pgbackrest.conf" <<CONF
[global]
repo1-path=/var/lib/pgbackrest
lock-path=$run/drill.lock
log-level-file=off
[$PGBACKREST_STANZA]
pg1-path=$scratch/drill
CONF
  export PGBACKREST_CONFIG="$run/drill/pgbackrest.conf"
}

# usage: _choose  (sets backup, target and expected: the newest heartbeat whose commit is archived, and the one before it)
_choose() {
  local end at lsn segment words
  _configure_drill
  words=$(pgbackrest info --output=json --log-level-console=off --log-level-stderr=error 2>&1) || _fail backup "the repository cannot be read: $words"
  words=$(printf '%s\n' "$words" | sed -n '/^\[/,$p')
  end=$(_newest_backup) || true
  [ -n "$end" ] || _fail backup "there is no backup in the repository$(printf '%s\n' "$words" | jq -r '.[0].status.message // "" | if . == "ok" then "" else ": " + . end' 2>/dev/null)"
  backup=${end% *}
  grep '^heartbeat ' "$run/node" | cut -d ' ' -f 2- > "$run/heartbeats"
  tac "$run/heartbeats" > "$run/newest-first"
  while read -r at lsn segment; do
    [ "$lsn" -gt "${end#* }" ] || break
    if _archived "$segment"; then target=$at; break; fi
  done < "$run/newest-first"
  [ -n "${target:-}" ] ||
    _fail target "no heartbeat after the newest backup ($backup) is archived in this repository: archiving does not work, or the backup is only a minute old"
  cut -d ' ' -f 1 "$run/heartbeats" | awk -v target="$target" '$1 < target' > "$run/expected"
  expected=$(tail -n 1 "$run/expected")
  [ -n "$expected" ] || _fail target 'there is only one heartbeat so far: run the drill again in two minutes'
}

# usage: _make_room
_make_room() {
  local size free
  size=$(pgbackrest info --output=json --log-level-console=off |
    jq -r --arg backup "$backup" '.[0].backup[] | select(.label == $backup) | .info.size / 1024 * 1.1 + 524288 | floor')
  _is_number "$size" || _fail backup "pgbackrest info does not say how large the backup $backup is"
  free=$(df -Pk "$scratch" | awk 'NR == 2 { print $4 }')
  [ "$free" -gt "$size" ] ||
    _fail room "restoring $backup needs about $((size / 1024)) MB, but the drill directory has only $((free / 1024)) MB free"
}
