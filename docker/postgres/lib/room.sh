# shellcheck shell=sh disable=SC2154,SC3043
# Room on the disk of the repository. While it is full no WAL is archived, and no backup succeeds, after which the older ones would
# be expired. What the retention policy allows is removed all the same, and never more than that. So is what a failed backup left:
# pgBackRest keeps it, to go on with it, and the WAL has no room beside it.

# usage: _no_room  (pgBackRest does not always say why it cannot write: what is left on the disk does)
_no_room() {
  local free total
  ! grep -qsE 'No space left|quota exceeded' "$log" || return 0
  read -r total free <<DF
$(df -Pk "$repo" | awk 'NR == 2 { print $2, $4 }')
DF
  [ "$free" -lt 65536 ] || [ "$free" -lt $((total / 20)) ]
}

# usage: _make_room  (sets room, in words; nothing is removed while it is restored or copied off the site)
_make_room() {
  exec 7>> /tmp/pgbackrest/expire.flock
  if flock -n 7; then
    room="the disk of the repository is nearly full; $(_remove_unfinished)$(_expire_by_policy)"
  else
    room='the disk of the repository is nearly full, but nothing was removed: a restore or an off-site copy is running'
  fi
  exec 7>&-
  echo "backup: $room" >> "$log"
}

# usage: _remove_unfinished  (what no list has and has no manifest, while no other backup is running)
_remove_unfinished() {
  local folder known
  known=$(pgbackrest info --output=json --log-level-console=off |
    jq -r '.[0] | select(.status.lock.backup.held == false) | " \([.backup[].label] | join(" ")) "') || return 0
  [ -n "$known" ] || return 0
  for folder in "$repo/backup/${PGBACKREST_STANZA:-main}"/[0-9]*[FDI]; do
    case $known in *" ${folder##*/} "*) continue ;; esac
    [ ! -d "$folder" ] || [ -L "$folder" ] || [ -e "$folder/backup.manifest" ] || ! rm -rf "$folder" ||
      printf %s "removed the unfinished backup ${folder##*/}; "
  done
}

# usage: _expire_by_policy  (the newest backup may be all that is left then, so it has to be a good one)
_expire_by_policy() {
  local expired
  if _newest_is_damaged || [ "$(jq -r .result "$state/verify.json" 2>/dev/null)" = failed ]; then
    echo 'no backup was expired, because a backup is damaged'
  elif ! expired=$(pgbackrest expire --log-level-console=info 2>&1); then
    echo "$expired" >> "$log"
    echo 'pgbackrest expire failed'
  else
    expired=$(echo "$expired" | sed -n 's/.*: remove expired backup //p' | sort | tr '\n' ' ')
    echo "${expired:+expired }${expired:-the retention policy allows no backup to be expired}"
  fi
}

# usage: _newest_is_damaged
_newest_is_damaged() {
  [ "$(pgbackrest info --output=json --log-level-console=off | jq '[.[0].backup[]?] | max_by(.timestamp.stop).error')" = true ]
}
