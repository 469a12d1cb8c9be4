# shellcheck shell=sh disable=SC3043,SC2154
# Which backup is due, told from what the repository holds and what PostgreSQL does now. A run that was missed is due
# when the node is back; a node that came back on another timeline, or with a hole in its WAL, is due at once, for until
# then nothing later can be restored from it (a rewound or copied node has WAL that it never archived).

# usage: _slot_of DAY  (a day's moment in epoch seconds: the minute of the schedule in UTC, this node's turn, its jitter)
_slot_of() {
  local jitter
  jitter=$(($(echo "${POSTGRES_OVERLAY_IP:-} $1" | cksum | cut -d ' ' -f 1) % (${BACKUP_JITTER:-600} + 1)))
  echo $(($1 * 86400 + (${BACKUP_AT_MINUTE:-120} * 60 + ${BACKUP_TURN:-0} * ${BACKUP_STAGGER:-1800} + jitter) % 86400))
}

# usage: _slot NOW  (when the last daily moment was)
_slot() {
  local day=$(($1 / 86400)) at
  at=$(_slot_of "$day")
  [ "$at" -le "$1" ] || at=$(_slot_of $((day - 1)))
  echo "$at"
}

# usage: _next_slot NOW
_next_slot() {
  local day=$(($1 / 86400)) at
  at=$(_slot_of "$day")
  [ "$at" -gt "$1" ] || at=$(_slot_of $((day + 1)))
  echo "$at"
}

# usage: _slots NOW  (sets slot and next_slot, which stay the same for a day)
_slots() {
  [ "$1" -ge "${next_slot:-0}" ] || return 0
  slot=$(_slot "$1")
  next_slot=$(_next_slot "$1")
}

# usage: _daily SLOT  (what belongs to that moment: a full backup when the newest will then be a week old, give or take half a day)
_daily() {
  if [ "$full" -lt $(($1 - (${BACKUP_FULL_DAYS:-7} * 86400 - 43200))) ]; then echo full; else echo diff; fi
}

# usage: _due NOW  (prints the type of backup that is due and why, or nothing)
# Without an answer from PostgreSQL none can be made, and without a stanza neither: that is the runner's to make.
_due() {
  [ "$answers" = yes ] && [ -n "$timeline" ] || return 0
  [ "$code" -eq 0 ] || [ "$code" -eq 2 ] || return 0
  _slots "$1"
  if [ "$full" -eq 0 ]; then
    # The runner, which has just made the stanza, takes the first one and checks the archive after it.
    [ $(($1 - ${begun:-0})) -lt 300 ] || echo 'full there is no full backup yet'
  elif [ $((0x$(echo "${stop:-0}" | cut -c 1-8))) -ne "$timeline" ]; then echo "incr PostgreSQL is on timeline $timeline now"
  elif [ -n "$hole" ]; then echo "incr $hole"
  elif [ "$newest" -ge "$slot" ]; then :
  elif [ "$(_daily "$slot")" = full ]; then echo "full the newest full backup is older than ${BACKUP_FULL_DAYS:-7} days"
  else echo 'diff the daily backup is due'
  fi
}
