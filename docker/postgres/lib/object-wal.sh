# shellcheck shell=sh disable=SC2034,SC3043,SC2154
# WAL for the object store: what the repository of this node has, and the store has not. pgBackRest would archive to two repositories
# by itself, but then a segment is not archived before both have it: a store that is down would fill pg_wal, or leave holes in the local
# archive as well.

# usage: _list_store NOW  ($work/files is what the archive of the store holds, as lines ./ARCHIVE/…/NAME SIZE TIME: asked once an hour, kept up by hand)
_list_store() {
  [ "$1" -ge "${next_list:-0}" ] || return 0
  : "${store_since:=$1}"
  _pgbackrest_in_store repo-ls --recurse --output=json "archive/$PGBACKREST_STANZA" > "$work/list.json" 2> "$work/errors" ||
    { store_problem=$(_wrong "$(cat "$work/errors")"); return 0; }
  jq -r 'to_entries[] | select(.value.type == "file") | "./\(.key) \(.value.size) \(.value.time)"' "$work/list.json" > "$work/files.new"
  mv "$work/files.new" "$work/files"
  next_list=$(($1 + 3600))
}

# usage: _waiting_wal NOW  (prints TIME NAME, oldest first; nothing that is older than the oldest backup in the store)
_waiting_wal() {
  local id from
  id=$(jq -r '.info[0].db | max_by(.id) | "\(.version)-\(.id)"' "$state/contents.json" 2> /dev/null) || return 0
  from=$(printf '%s' "$store_info" | jq -r '[.[0].backup[]?.archive.start | select(. != null) | .[8:24]] | min // ""')
  find "$repo/archive/$PGBACKREST_STANZA/$id" -type f -exec stat -c '%Y %n' {} + 2> /dev/null |
    sed -nE 's:^([0-9]+) .*/([0-9A-F]{24}-[0-9a-f]{40})(\.[a-z0-9]+)?$:\1 \2:p; s:^([0-9]+) .*/([0-9A-F]{8}\.history)$:\1 \2:p' |
    awk -v from="$from" -v since="${store_since:-$1}" '
      FILENAME == ARGV[1] { n = split($1, part, "/"); name = part[n]; sub(/\.(zst|gz|lz4|bz2)$/, "", name); there[name] = 1; next }
      FILENAME == ARGV[2] { there[$1] = 1; next }
      $2 in there { next }
      $2 ~ /history$/ || (from == "" ? $1 >= since - 60 : substr($2, 9, 16) >= from)' "$work/files" "$work/refused" - | sort -k 2
}

# usage: _ship NOW  (some at a time, so that what is said of it is never old)
_ship() {
  local files
  [ -e "$work/files" ] || return 0
  [ -e "$work/refused" ] || : > "$work/refused"
  _waiting_wal "$1" > "$work/waiting" || return 0
  [ -s "$work/waiting" ] || return 0
  rm -f "$work/push.failed"
  head -n 64 "$work/waiting" | cut -d ' ' -f 2 | xargs -n 1 -P "$(sed -n 's/^process-max=//p' "$object_store")" object-store push || true
  files=$(sed -n 1p "$work/push.failed" 2> /dev/null) || files=
  [ -z "$files" ] || store_problem=$files
  _waiting_wal "$1" > "$work/waiting"
}

# usage: _push NAME  (one file, in a process of its own. 255 has xargs stop: what the store refuses now it refuses for all)
_push() {
  local name="$1" segment words file id
  segment=${name%%-*}
  file=$work/wal/$segment
  # It may have been expired meanwhile.
  pgbackrest archive-get "$segment" "$file" --log-level-console=off 2> "$file.errors" || { rm -f "$file" "$file.errors"; return 0; }
  if words=$(_pgbackrest_in_store archive-push "$file" 2>&1); then
    id=$(_archive_id "$(jq -c .info "$state/contents.json")")
    case $name in *.history) ;; *) id=$id/$(echo "$segment" | cut -c 1-16) ;; esac
    printf './%s/%s %s %s\n' "$id" "$name" "$(stat -c %s "$file")" "$(date +%s)" >> "$work/files"
    rm -f "$file" "$file.errors"
    return 0
  fi
  rm -f "$file" "$file.errors"
  case $words in
    *'different checksum'*) echo "$name" >> "$work/refused"; return 1 ;;
  esac
  _wrong "$words" > "$work/push.failed"
  exit 255
}

# usage: _wal_problems NOW
_wal_problems() {
  local oldest
  oldest=$(sort -n "$work/waiting" 2> /dev/null | head -n 1 | cut -d ' ' -f 1)
  if [ -n "$oldest" ] && [ $(($1 - oldest)) -gt 900 ]; then
    printf 'store-behind\twarning\t%s WAL segments are not in the object store yet, the oldest for %s minutes: what was committed since then is not there. They stay in the repository of this node, and are copied when the store keeps up\n' \
      "$(wc -l < "$work/waiting")" $((($1 - oldest) / 60))
  fi
  [ ! -s "$work/refused" ] ||
    printf 'store-foreign\twarning\tthe object store has another file of the name of %s: another node or cluster archives to %s. Give each its own path\n' "$(head -n 1 "$work/refused")" "$(_place)"
}
