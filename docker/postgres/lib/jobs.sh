# shellcheck shell=sh disable=SC3043,SC2154
# What takes long happens beside the rounds, one thing at a time: a round has to tell the status what is wrong even while
# a backup runs. A backup that is due does not wait for a verify.

job='' job_pid='' job_type=''

# usage: _begin NAME COMMAND [ARGUMENT…]
_begin() {
  job=$1
  shift
  rm -f "$run/job"
  (
    code=0
    "$@" || code=$?
    echo "$code" > "$run/job"
  ) &
  job_pid=$!
}

# usage: _ended  (sets job_code when the job is done; one that was killed failed)
_ended() {
  [ -n "$job" ] || return 1
  if [ -s "$run/job" ]; then job_code=$(cat "$run/job")
  elif kill -0 "$job_pid" 2>/dev/null; then return 1
  else job_code=137
  fi
}

# usage: _work NOW
_work() {
  local due
  _slots "$1"
  if _ended; then
    [ "$job" != backup ] || _after_backup "$1" "$job_code"
    job=''
    _look_into_repository
  fi
  due=$(_due "$1")
  if [ -n "$due" ] && [ "$1" -ge "${next_try:-0}" ]; then
    [ "$job" != verify ] || _stop_verify
    if [ -z "$job" ]; then
      _say "starting a ${due%% *} backup: ${due#* }"
      job_type=${due%% *}
      _begin backup backup "--type=${due%% *}"
    fi
  elif [ -z "$job" ] && _verify_is_due "$1"; then
    _begin verify _verify
  fi
}

# usage: _after_backup NOW CODE  (after a failure it waits a minute, then two, four … up to a quarter of an hour)
_after_backup() {
  if [ "$2" -eq 0 ]; then
    patience=60
    next_try=$1
    # What was wrong in the WAL lies before this backup now.
    hole=
    next_walk=$1
  else
    next_try=$(($1 + ${patience:=60}))
    patience=$((patience < 480 ? patience * 2 : 900))
    _say "the backup failed with exit status $2; it is tried again in $((next_try - $1)) s"
  fi
}
