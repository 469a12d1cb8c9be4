# shellcheck shell=sh disable=SC3043,SC2154
# pgBackRest reads everything again and compares checksums: after each backup, daily, and at once when a file changed that
# never should. It says what it found with exit status 0, in its log. Routine ones take a fiftieth of the time at most.

# usage: _verify_is_due NOW
_verify_is_due() {
  [ -n "$label" ] || return 1
  [ ! -s "$changed" ] || [ "$changed" -ot "$verified" ] || return 0
  [ $(($1 - verify_at)) -ge $((verify_seconds * 50)) ] || return 1
  [ "$verify_label" != "$label" ] || [ $(($1 - verify_at)) -ge 86400 ]
}

# usage: _verify  (one whose files an expire took away meanwhile proves nothing, and is done again)
_verify() {
  local begun text list="$repo/backup/$PGBACKREST_STANZA/backup.info" before
  begun=$(date +%s)
  before=$(stat -c %Z "$list" 2>/dev/null) || true
  # shellcheck disable=SC2016  # the inner shell's
  text=$(_gently sh -c 'echo $$ > "$0"; exec pgbackrest verify --process-max=1 --output=text --log-level-console=info 2>&1' "$run/verify.pid") ||
    text="$text
status: error"
  [ "$before" = "$(stat -c %Z "$list" 2>/dev/null)" ] || return 0
  jq -n --arg backup "$label" --argjson begun "$begun" --arg text "$text" '
    ($text | split("\n")) as $lines | any($lines[]; test("status: error")) as $bad
    | [$lines[] | capture("(INFO|WARN|ERROR): +(?<words>.*(invalid|missing|unable|mismatch|error|fail).*)").words] as $words
    | [$lines[] | select(test("(invalid|missing|other): [1-9]|No usable")) | gsub("^ +"; "")] as $counts
    | {at: $begun, seconds: (now - $begun | floor), label: $backup, result: (if $bad then "failed" else "ok" end),
       text: (if $bad | not then [] elif $words == [] then $counts else $words | unique end)}' > "$verified.new" && mv "$verified.new" "$verified"
  [ "$(jq -r .result "$verified")" = ok ] || _say "pgbackrest verify: $(jq -r '.text | join("; ")' "$verified")"
}

# usage: _gently COMMAND [ARGUMENT…]  (the living database comes first)
_gently() {
  if command -v ionice >/dev/null; then set -- ionice -c 3 "$@"; fi
  nice -n 19 "$@"
}

# usage: _stop_verify
_stop_verify() {
  kill "$job_pid" "$(cat "$run/verify.pid")" 2>/dev/null || true
  job=''
}
