# shellcheck shell=sh disable=SC2034,SC3043,SC2154
# What the schedule and the status are made from, asked once a round: one query and one `pgbackrest info`.

# usage: _look  (sets answers, standby, timeline, segment, failing, failed_wal, failures, ready, stuck, skew)
# The timeline is the one PostgreSQL writes or receives, empty when it doesn't say: a replica without its primary.
# A message from the primary carries the time it was sent: how far the two clocks differ, less the way.
_look() {
  local row
  row=$(_sql -F '|' <<'SQL'
SELECT pg_is_in_recovery(),
  CASE WHEN pg_is_in_recovery() THEN (SELECT received_tli FROM pg_stat_wal_receiver WHERE status = 'streaming')
    ELSE ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int END,
  (SELECT setting FROM pg_settings WHERE name = 'wal_segment_size'),
  coalesce(last_failed_time > coalesce(last_archived_time, '-infinity'), false), last_failed_wal, failed_count,
  (SELECT count(*) FROM pg_ls_archive_statusdir() WHERE name ~ '\.ready$'),
  (SELECT coalesce(max(extract(epoch FROM now() - modification))::int, 0) FROM pg_ls_archive_statusdir() WHERE name ~ '\.ready$'),
  (SELECT extract(epoch FROM last_msg_receipt_time - last_msg_send_time)::int FROM pg_stat_wal_receiver)
FROM pg_stat_archiver
SQL
  ) && answers=yes || answers=no
  IFS='|' read -r standby timeline segment failing failed_wal failures ready stuck skew <<ROW
$row
ROW
}

# usage: _look_at_records  (sets backup_at, backup_result, backup_text and so on for what backups, verifies and copies left; read when new)
# Each is renamed into its place, so a new one is another file. Debian 12's dash calls no file newer than one that is not there.
_look_at_records() {
  local name seen
  for name in backup verify offsite; do
    eval ": \"\${${name}_at=0} \${${name}_result=} \${${name}_text=} \${${name}_seconds=0} \${${name}_label=}\""
    seen=$(stat -c '%i %Y' "$state/$name.json" 2>/dev/null) || continue
    eval "[ \"\${${name}_seen=}\" != '$seen' ] && ${name}_seen='$seen'" || continue
    eval "$(jq -r --arg name "$name" 'def number: if type == "number" then floor else 0 end;
      {at: (.at | number), result, seconds: (.seconds | number), label: (.label // ""), text: (.text | if type == "array" then .[:3] | map(tostring) | join("; ") else . end)}
      | to_entries[] | "\($name)_\(.key)=\(.value | tostring | @sh)"' "$state/$name.json" 2>/dev/null)" || true
  done
}

# usage: _look_into_repository  (sets code and message; full, newest, label, start, stop, delta, labels; good and damaged)
# A backup with damaged pages is one all the same, to the schedule: or it would be taken again at once, and again. `good` is when the
# newest without any ended, `damaged` the label of the newest of all if it has some.
_look_into_repository() {
  local info
  info=$(pgbackrest info --output=json --log-level-console=off 2>&1) || true
  # Before the JSON there may be warnings, of a variable that this version does not know.
  case $info in *'[{'*) info=$(printf '%s\n' "$info" | sed -n '/^\[/,$p') ;; esac
  printf '%s\n' "$info" > "$run/info"
  eval "$(printf '%s\n' "$info" | jq -r 'def number: if type == "number" then floor else 0 end;
    .[0] | ([.backup[]?] | sort_by(.timestamp.stop)) as $all | $all[-1] as $last | @sh "
    code=\(.status.code // 99 | if type == "number" then . else 99 end) message=\(if .status.message == "other" then .repo[0].status.message else .status.message end // "" | tostring | gsub("[\\n\\t]+"; " "))
    full=\([$all[] | select(.type == "full") | .timestamp.stop] | max | number) newest=\($last.timestamp.stop | number)
    label=\($last.label // "" | tostring) start=\($last.archive.start // "" | tostring) stop=\($last.archive.stop // "" | tostring | if test("^[0-9A-F]{24}$") then . else "" end)
    delta=\([$all[] | select(.type == "full") | .info.repository.delta] | last | number) labels=\([$all[].label | tostring] | join(" "))
    good=\([$all[] | select(.error | not) | .timestamp.stop] | max | number) damaged=\(if $last.error then $last.label | tostring else "" end)"' 2>/dev/null ||
    echo 'code=99 message="the output of pgbackrest info cannot be parsed" full=0 newest=0 label= start= stop= delta=0 labels= good=0 damaged=')"
}
