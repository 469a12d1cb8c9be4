# shellcheck shell=sh disable=SC3043,SC2154
# What a drill has to know of the living node, one fact a line:
#   heartbeat AT LSN SEGMENT    the LSN as a number; the segment (timeline left out) that its commit lies in at the latest
#   problem TEXT                what is seriously wrong with the repository
#   archive ok|unknown|failed TEXT

# usage: _heartbeats
# A heartbeat notes the WAL's end before its own commit, so the commit lies before the next one's.
_heartbeats() {
  _sql -F ' ' <<'SQL'
WITH wal AS (
  SELECT setting::bigint AS size, CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END AS now
  FROM pg_settings WHERE name = 'wal_segment_size'
), beat AS (
  SELECT at, (lsn - '0/0')::bigint AS lsn, div(coalesce(lead(lsn) OVER (ORDER BY at), now) - '0/0' - 1, size)::bigint AS number, 4294967296 / size AS each
  FROM run_playbook.heartbeat, wal
)
SELECT 'heartbeat', to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), lsn,
  upper(lpad(to_hex(number / each), 8, '0') || lpad(to_hex(number % each), 8, '0'))
FROM beat ORDER BY at
SQL
}

# usage: _newest_backup  (prints its label and the LSN of its end as a number)
_newest_backup() {
  pgbackrest info --output=json --log-level-console=off | jq -r '
    [.[0].backup[]? | select(.error | not)] | max_by(.timestamp.stop) // empty | "\(.label) \(.lsn.stop)"' | while read -r label lsn; do
    lsn=$(_bytes_of "$lsn") || { _say "pgbackrest info does not say at which LSN the newest backup, $label, ends"; continue; }
    echo "$label $lsn"
  done
}

# usage: _wait_for_heartbeat  (one after the newest backup; a cluster that was just made has none yet)
_wait_for_heartbeat() {
  local end lsn n=0
  end=$(_newest_backup)
  [ -n "$end" ] || return 0
  until lsn=$(_heartbeats | tail -n 1 | cut -d ' ' -f 3) && [ "${lsn:-0}" -gt "${end#* }" ]; do
    n=$((n + 1))
    [ "$n" -le 20 ] || return 0
    [ "$n" -gt 1 ] || _say 'the newest backup is very new: waiting up to 100 s for a heartbeat after it'
    sleep 5
  done
}

# usage: _problems  (the serious ones, one a line)
_problems() {
  jq -r '.problems[] | select(.severity == "critical") | "problem " + .text' "$state/repository.json" 2>/dev/null || true
}

# usage: _next_round  (of the backup service, for 40 s at most)
_next_round() {
  local before n=0
  before=$(jq .at "$state/repository.json")
  while [ "$(jq .at "$state/repository.json")" = "$before" ] && [ "$n" -lt 40 ]; do
    n=$((n + 1))
    sleep 1
  done
}

# usage: _ask_node
# pgbackrest check has the primary begin another segment and waits for this one in the node's own repository. The
# heartbeats are asked before: the WAL that they lie in is the one that is archived by it.
_ask_node() {
  local code=0 words heartbeats problems
  echo 'SELECT 1' | _sql >/dev/null || { echo 'problem PostgreSQL does not answer on this node'; return 0; }
  problems=$(_problems)
  # What was just put right may still stand there until the next round.
  if [ -n "$problems" ]; then
    _next_round
    problems=$(_problems)
  fi
  if [ -n "$problems" ]; then
    printf '%s\n' "$problems"
    _heartbeats
    return 0
  fi
  _wait_for_heartbeat
  heartbeats=$(_heartbeats) || true
  # PostgreSQL rests for a minute after three failures to archive, and then archives first what has piled up: a repository that was
  # just put right is not given up sooner.
  words=$(pgbackrest check --archive-timeout=150 --log-level-console=off --log-level-stderr=error 2>&1) || code=$?
  words=$(echo "$words" | tr '\n' ' ' | tr -s ' ' | sed 's/ HINT: .*//' | cut -c 1-300)
  case $code in
    0) echo 'archive ok pgbackrest check succeeded: WAL that the primary writes now reaches this repository' ;;
    56) echo "archive unknown no primary could be reached, so archiving was not tested" ;;
    *) echo "archive failed ${words#P?? }" ;;
  esac
  echo "$heartbeats"
}
