# shellcheck shell=sh disable=SC3043,SC2154
# Every reason to worry about this node's backups, in words. Each is looked for by itself: one that is found, or that can
# not be looked for, hides no other. `critical`: something can not be restored, or soon will not be. The codes are listed
# in docker/postgres/README.md.

# usage: _problem CODE critical|warning TEXT…
_problem() {
  local code=$1 severity=$2
  shift 2
  printf '%s\t%s\t%s\n' "$code" "$severity" "$(printf %s "$*" | tr '\t\n' '  ')" >> "$run/problems"
}

# usage: _health NOW  (leaves the list in $run/problems)
_health() {
  : > "$run/problems"
  _health_of_disk || true
  _health_of_data_disk || true
  _health_of_other_disks || true
  _health_of_files || true
  _health_of_account "$1" || true
  _health_of_archive || true
  _health_of_backups "$1" || true
  _health_of_offsite "$1" || true
  _health_of_object_store "$1" || true
  _health_of_node "$1" || true
}

# usage: _health_of_disk  (what writing says is truer than mode bits and mount options)
_health_of_disk() {
  local words free total shared=
  words=$({ head -c 16384 /dev/zero > "$repo/.write-test"; } 2>&1) || true
  rm -f "$repo/.write-test" 2>/dev/null || true
  read -r total free <<DF
$(df -Pk "$repo" | awk 'NR == 2 { print $2, $4 }')
DF
  # WAL that can't be archived is kept, and PostgreSQL panics where there is no room for more.
  [ "$(stat -c %d "$repo")" != "$(stat -c %d "$PGDATA" 2>/dev/null)" ] || shared='; the database is on the same disk, and stops when the disk is full'
  case $words in
    *'No space'* | *quota*) _problem full critical "the disk of the repository is full ($((free / 1024)) of $((total / 1024)) MB free): WAL is not archived until there is free space, and pg_wal grows$shared" ;;
    *'Read-only'*) _problem read-only critical 'the file system of the repository is read-only: WAL is not archived, and pg_wal grows' ;;
    *[Pp]'ermission denied'*) _problem not-writable critical "no permission to write to the repository: $(ls -ld "$repo" 2>&1)" ;;
    ?*) _problem not-writable critical "writing to the repository fails: $words" ;;
    *)
      if [ "$free" -lt 65536 ]; then
        _problem full critical "the disk of the repository is nearly full: $((free / 1024)) MB are free, less than four WAL segments$shared"
      elif [ "$free" -lt $((total / 20)) ] || [ "$free" -lt $((delta / 1024)) ]; then
        _problem nearly-full warning "the disk of the repository has $((free / 1024)) of $((total / 1024)) MB free; the last full backup needed $((delta / 1048576)) MB$shared"
      fi ;;
  esac
}

# usage: _health_of_data_disk  (where the database has a disk of its own; of one disk for both the words above speak)
_health_of_data_disk() {
  local free total
  [ -d "$PGDATA" ] && [ "$(stat -c %d "$repo")" != "$(stat -c %d "$PGDATA")" ] || return 0
  read -r total free <<DF
$(df -Pk "$PGDATA" | awk 'NR == 2 { print $2, $4 }')
DF
  if [ "$free" -lt 65536 ] || [ "$free" -lt $((total / 50)) ]; then
    _problem data-full critical "the disk of the database is nearly full: $((free / 1024)) of $((total / 1024)) MB are free; PostgreSQL stops when it is full"
  elif [ "$free" -lt $((total / 20)) ]; then
    _problem data-nearly-full warning "the disk of the database has $((free / 1024)) of $((total / 1024)) MB free; PostgreSQL stops when it is full"
  fi
}

# usage: _health_of_files
_health_of_files() {
  local n
  [ -z "${owner_words:-}" ] || _problem wrong-owner critical "$owner_words; the owner should be $(id -un) ($(id -u)): pgBackRest cannot read or write these files"
  [ -z "${unreadable_words:-}" ] || _problem unreadable critical "part of the repository cannot be read: $unreadable_words"
  if [ -s "$changed" ]; then
    n=$(sort -u "$changed" | wc -l)
    _problem changed critical "$(sort -u "$changed" | head -n 1)$([ "$n" -eq 1 ] || echo ", and $((n - 1)) more files"); pgbackrest verify is checking for damage"
  fi
  [ "$verify_result" != failed ] || _problem corrupt critical "pgbackrest verify found damage: $verify_text"
  [ -z "${hole:-}" ] || _problem hole critical "$hole: no later time can be restored from this node until its next backup, which starts soon"
}

# usage: _health_of_account NOW  (pgBackRest keeps its lists twice, and takes the copy when one is broken)
_health_of_account() {
  local file folder
  case $code in
    0 | 2) ;;
    1 | 3) _problem no-stanza critical "there is no stanza in the repository ($message): run-playbook site creates it" ;;
    *) _problem unusable critical "pgBackRest cannot use the repository: $message"; return 0 ;;
  esac
  for folder in archive backup; do
    file=$repo/$folder/$PGBACKREST_STANZA/$folder.info
    [ -s "$file" ] || { _problem "$folder-info" warning "$file is missing or empty; pgBackRest uses its copy, $file.copy"; continue; }
    [ -s "$file.copy" ] || { _problem "$folder-info" warning "$file.copy is missing or empty"; continue; }
    # One is written right after the other.
    cmp -s "$file" "$file.copy" || [ $(($1 - $(stat -c %Z "$file"))) -lt 10 ] || [ "$job" = backup ] ||
      _problem "$folder-info" warning "$file and its copy, $file.copy, differ: one of them is damaged"
  done
}

# usage: _health_of_archive
_health_of_archive() {
  [ "$answers" = yes ] || { _problem database-silent warning 'PostgreSQL does not answer on this node, so it is not known whether WAL is archived'; return 0; }
  if [ "$failing" = t ]; then
    _problem archiving critical "archiving the WAL segment $failed_wal fails ($failures times so far); $ready segments are waiting, and pg_wal grows until archiving works again"
  elif [ "$stuck" -gt 180 ]; then
    _problem archiving critical "no WAL has been archived for $stuck s; $ready segments are waiting"
  elif [ "$ready" -gt 32 ]; then
    _problem archiving warning "archiving does not keep up: $ready WAL segments are waiting"
  fi
}

# usage: _health_of_backups NOW
_health_of_backups() {
  if [ "$backup_result" = failed ] && [ "$backup_at" -gt "$newest" ]; then
    _problem backup-failed "$([ "$good" -gt $(($1 - 172800)) ] && echo warning || echo critical)" "the last backup failed: $backup_text"
  fi
  if [ "$code" -ne 0 ] && [ "$code" -ne 2 ]; then return 0; fi
  [ -z "$damaged" ] || _problem damaged-pages critical "backup $damaged holds pages with invalid checksums: the data directory is damaged. Check the disk. $(
    [ "$good" -eq 0 ] && echo 'There is no good backup' || echo "The newest good backup is $((($1 - good) / 3600)) hours old"), and no backup is expired until there is a new good one"
  if [ "$newest" -eq 0 ]; then
    _problem no-backup critical "there is no backup yet$([ "$job" != backup ] || echo '; the first one is running')"
  elif [ "$newest" -lt $((slot - 7200)) ] && [ $(($1 - slot)) -gt 14400 ]; then
    _problem overdue critical "the newest backup is $((($1 - newest) / 3600)) hours old; there should be one every day"
  fi
}

# usage: _health_of_offsite NOW  (the file is there where a copy is wanted and one was tried)
_health_of_offsite() {
  [ -s "$state/offsite.json" ] || return 0
  if [ "$offsite_result" = failed ]; then _problem offsite warning "the off-site copy of the repository failed: $offsite_text"
  elif [ $(($1 - offsite_at)) -gt 93600 ]; then _problem offsite warning "the last off-site copy of the repository was made $((($1 - offsite_at) / 3600)) hours ago"
  fi
}

# usage: _health_of_object_store NOW  (what its own service found; it reports once a minute, and a store that hangs holds it up)
_health_of_object_store() {
  local file at
  [ -s /etc/pgbackrest/object-store.conf ] || return 0
  file=$state/object-store.problems
  at=$(stat -c %Y "$file" 2>/dev/null) || at=${begun:-$1}
  if [ $(($1 - at)) -lt 900 ]; then cat "$file" 2>/dev/null >> "$run/problems"
  else _problem store-unreachable warning "the object store has not answered for $((($1 - at) / 60)) minutes: see docker logs pgbackrest on the node"
  fi
}

# usage: _health_of_node NOW
_health_of_node() {
  local end
  # It is read once an hour.
  if [ "$1" -ge "${next_certificate:-0}" ]; then
    certificate_end=$(_certificate_end "$keys/node.crt") || true
    next_certificate=$(($1 + 3600))
  fi
  end=$certificate_end
  if [ -z "$end" ]; then _problem certificate warning "the TLS certificate $keys/node.crt cannot be read, so it is not known whether it is still valid"
  elif [ "$end" -lt "$1" ]; then _problem certificate critical 'the TLS certificate of pgBackRest has expired, so standbys cannot be backed up; run-playbook site renews it'
  elif [ "$end" -lt $(($1 + 14 * 86400)) ]; then _problem certificate warning "the TLS certificate of pgBackRest expires in $(((end - $1) / 86400)) days; run-playbook site renews it"
  fi
  case ${skew:-0} in
    -[5-9] | -[1-9][0-9]*) _problem clock warning "the clock of this node is ${skew#-} s behind the clock of the primary: check NTP. A restore to a point in time is off by as much" ;;
    [5-9] | [1-9][0-9]*) _problem clock warning "the clock of this node is $skew s ahead of the clock of the primary, or messages from the primary take that long: check NTP" ;;
  esac
}

# usage: _certificate_end FILE  (epoch seconds: the second time in a certificate is its end)
_certificate_end() {
  local text
  text=$(sed '/^-/d' "$1" | base64 -d 2>/dev/null | tr -c '0-9Z' '\n' | grep -oE '^([0-9]{12}|[0-9]{14})Z' | sed -n 2p | tr -d Z)
  [ "${#text}" -ne 12 ] || text=20$text
  [ -n "$text" ] || return 1
  date -u -d "$(echo "$text" | sed 's/\(....\)\(..\)\(..\)\(..\)\(..\)\(..\)/\1-\2-\3 \4:\5:\6/')" +%s
}
