# shellcheck shell=sh disable=SC3043,SC2154
# What the status shows of the backups themselves: contents.json, described in docker/postgres/README.md. The status service
# has no key, so of an encrypted repository it could read nothing; this container has it.

# usage: _contents NOW  (from what `_look_into_repository` heard; the archive is listed when that is new, and once a minute)
_contents() {
  local seen
  seen=$(cksum < "$run/info")
  if [ "$seen" != "${seen_info-}" ] || [ $(($1 - ${listed:-0})) -ge 60 ]; then
    repository > "$run/listing" || : > "$run/listing"
    seen_info=$seen
    listed=$1
  fi
  jq -R -s --argjson now "$1" --rawfile listing "$run/listing" '
    (try fromjson catch null) as $info | {at: $now, info: $info, listing: $listing, error:
      (if $info == null then "pgbackrest: " + ([scan("ERROR: *([^\n]*)")[0]][0] // "the output of info cannot be parsed") else null end)}' \
    "$run/info" > "$run/contents.json" || return 0
  _publish "$run/contents.json" "$state/contents.json"
}
