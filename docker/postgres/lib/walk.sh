# shellcheck shell=sh disable=SC2034,SC3043,SC2154
# A finished backup and an archived segment are written once. So a list of names, sizes and times of change is enough to
# notice at once what happened to one of them, for as little as a `stat` each; only rot that leaves no trace in the times
# is left to verify. A walk takes a hundredth of the time, the more files, the longer until the next one; but a tenth, if it
# must, for there are two a minute: what is wrong is said within one.

changed=$state/repository.changed

# usage: _walk NOW  (sets owner_words, unreadable_words, hole; keeps the list of what was changed until a verify was done)
_walk() {
  local began
  [ "$1" -ge "${next_walk:-0}" ] || return 0
  began=$(_centiseconds)
  find "$repo/archive" "$repo/backup" -exec stat -c '%u %f %s %Z %n' {} + > "$run/walk" 2> "$run/walk.errors" || true
  _owners
  _changes "$1"
  _find_hole
  _rest "$1" $(($(_centiseconds) - began))
}

# usage: _rest NOW CENTISECONDS  (sets next_walk)
_rest() {
  local rest=$((16 + $2)) most=$(($2 / 10))
  [ "$most" -ge 30 ] || most=30
  next_walk=$(($1 + (rest < most ? rest : most)))
}

# usage: _centiseconds  (of this machine's uptime)
_centiseconds() {
  cut -d ' ' -f 1 /proc/uptime | tr -d .
}

# usage: _owners
_owners() {
  owner_words=$(awk -v own="$(id -u)" '$1 != own { n++; if (n == 1) { first = $5; uid = $1 } }
    END { if (n) printf "%d files or directories in the repository have the wrong owner, such as %s (uid %s)", n, first, uid }' "$run/walk")
  unreadable_words=$(grep -v 'No such file' "$run/walk.errors" | head -n 1)
}

# usage: _finished  (prints what never changes again: the WAL, and the files of the backups that backup.info lists)
_finished() {
  # A history is told by what is in it: a standby that restores one archives it again, and pgBackRest writes it anew.
  cksum "$repo/archive/$PGBACKREST_STANZA"/*/*.history 2> /dev/null | awk '{ print $1 "," $2, $3 }'
  awk -v stanza="$PGBACKREST_STANZA" -v labels="$labels" -v repo="$repo/" '
    BEGIN { n = split(labels, list, " "); for (i = 1; i <= n; i++) known[list[i]] }
    $2 !~ /^8/ || $5 ~ /\.tmp$/ { next }
    { split(substr($5, length(repo) + 1), part, "/") }
    part[2] != stanza { next }
    part[1] == "archive" ? part[3] ~ /^[0-9]/ && $5 !~ /\.history$/ : part[3] in known { print $3 "," $4, $5 }' "$run/walk"
}

# usage: _changes NOW  (an expired backup takes its files along; other files have no reason to go)
_changes() {
  local list=$state/repository.files
  # Without an account of the backups nothing can be told about their files.
  [ "$code" -eq 0 ] || [ "$code" -eq 2 ] || return 0
  _finished > "$list.new" || return 0
  if [ -s "$list" ]; then
    awk -v labels=" $labels " 'FNR == NR { seen[$2] = $1; next }
      $2 in seen { if (seen[$2] != $1) print $2, "was changed after it was written"; delete seen[$2] }
      END { for (name in seen) { split(name, part, "/backup/[^/]*/"); split(part[2], label, "/")
        if (label[1] != "" && index(labels, " " label[1] " ")) print name, "is gone" } }' "$list" "$list.new" > "$changed.new"
    # Said until a verify that began later has had a look.
    if [ -s "$changed.new" ]; then
      _say "$(head -n 1 "$changed.new")"
      cat "$changed.new" >> "$changed"
    elif [ -s "$changed" ] && [ "$changed" -ot "$verified" ] && [ "$verify_at" -ge "$(stat -c %Y "$changed")" ]; then
      rm -f "$changed"
    fi
    rm -f "$changed.new"
  fi
  mv "$list.new" "$list"
}

# usage: _find_hole  (sets hole, in words: WAL that is missing after the newest backup, and that PostgreSQL has not about to be archived)
_find_hole() {
  local first
  hole=
  [ -n "$start" ] && [ -n "$segment" ] || return 0
  first=$(repository "$repo" "$PGBACKREST_STANZA" 2>/dev/null | awk -v start="$start" -v size="$segment" '
    function hex(text,   i, n) { for (i = 1; i <= length(text); i++) n = n * 16 + index("123456789ABCDEF", substr(text, i, 1)); return n + 0 }
    function number(name) { return hex(substr(name, 9, 8)) * (4294967296 / size) + hex(substr(name, 17)) }
    BEGIN { next_one = number(start) }
    $1 == "wal" && substr($3, 1, 8) == substr(start, 1, 8) && number($4) >= next_one {
      if (number($3) > next_one) {
        each = 4294967296 / size
        printf "%s%08X%08X\n", substr(start, 1, 8), int(next_one / each), next_one % each
        exit
      }
      next_one = number($4) + 1
    }')
  [ -z "$first" ] || [ -e "$PGDATA/pg_wal/archive_status/$first.ready" ] ||
    hole="WAL segment $first is missing after the newest backup"
}
