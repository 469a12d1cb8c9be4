# shellcheck shell=sh disable=SC3043,SC2154
# What the status shows of the repository: repository.json, described in docker/postgres/README.md. It lies outside the
# repository, which may be full or read-only.

# usage: _report NOW
_report() {
  local due
  _slots "$1"
  _health "$1"
  due=$(_due "$1")
  [ "$job" != backup ] || due=$job_type
  jq -R -s --argjson now "$1" --arg due "${due%% *}" --argjson next "$next_slot" --arg daily "$(_daily "$next_slot")" --arg job "$job" \
    --slurpfile verified "$([ -s "$verified" ] && echo "$verified" || echo /dev/null)" '
    {at: $now, next: (if $due == "" then {at: $next, type: $daily} else {at: $now, type: $due} end), running: (if $job == "" then null else $job end),
     verify: ($verified[0] // null), problems: [split("\n")[] | select(. != "") | split("\t") | {code: .[0], severity: .[1], text: .[2]}]}' \
    "$run/problems" > "$run/repository.json" || return 0
  _publish "$run/repository.json" "$state/repository.json"
}

# usage: _publish FROM TO  (replaced as a whole; on a disk without room it is written over what is there, which needs none)
_publish() {
  if cp "$1" "$2.new" 2>/dev/null && [ "$(wc -c < "$1")" -eq "$(wc -c < "$2.new")" ]; then
    mv "$2.new" "$2"
  else
    rm -f "$2.new" 2>/dev/null || true
    { cat "$1"; head -c 4096 /dev/zero | tr '\0' ' '; } 2>/dev/null | head -c "$(wc -c < "$2" 2>/dev/null || echo 4096)" |
      dd of="$2" conv=notrunc 2>/dev/null || true
  fi
}
