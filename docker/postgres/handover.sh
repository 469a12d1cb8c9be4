#!/bin/sh
# usage: handover.sh reach HOST | received HOST SECONDS
# For a container beside the old primary's, which sees its data (read-only) and its secrets. `reach`: does the successor
# answer? `received`: waits until the successor has every byte of a primary that was shut down.
# shellcheck disable=SC2154,SC3043
set -eu

library=/usr/local/lib/run-playbook
for part in common config secrets disk guard; do
  # shellcheck source=/dev/null
  . "$library/$part.sh"
done
run=$(mktemp -d)
trap 'rm -rf "$run"' EXIT

# usage: _fail MESSAGE…
_fail() {
  echo "$*" >&2
  exit 1
}

# usage: _position HOST  (the end of what a standby has received, `0/3000028 on timeline 2`; fails when it does not answer)
_position() {
  local position
  _ask "$1"
  [ "$answer" = standby ] && [ -n "$peer_sysid" ] || return 1
  position=$(sed -n 2p "$run/answer" | cut -d '|' -f 3)
  _is_lsn "$position" || { answer=silent; return 1; }
  echo "$position on timeline $peer_timeline"
}

# usage: _beyond POSITION POSITION  (whether the first one is on the same timeline as the second, and after it)
_beyond() {
  local left="${1%% *}" right="${2%% *}"
  [ "${1##* }" = "${2##* }" ] && _is_lsn "$left" && _is_lsn "$right" || return 1
  [ $((0x${left%/*})) -gt $((0x${right%/*})) ] ||
    { [ $((0x${left%/*})) -eq $((0x${right%/*})) ] && [ $((0x${left#*/})) -gt $((0x${right#*/})) ]; }
}

# usage: _received HOST SECONDS
# A clean shutdown ends with a checkpoint record, and waits until connected standbys have it. So it is enough that the
# position is beyond the record's beginning.
_received() {
  local state wanted position='' end
  state=$(_control 'Database cluster state')
  [ "$state" = 'shut down' ] || _fail "the old primary was not shut down cleanly: the state of its cluster is '$state'"
  wanted="$(_control 'Latest checkpoint location') on timeline $(_timeline)"
  end=$(($(date +%s) + $2))
  until position=$(_position "$1") && _beyond "$position" "$wanted"; do
    [ "$(date +%s)" -lt "$end" ] ||
      _fail "$1 has not received all WAL: it is at ${position:-an unknown position}, and the old primary ended at $wanted"
    sleep 0.1 2>/dev/null || sleep 1
  done
  echo "$1 has received all WAL: it is at $position, and the old primary ended at $wanted"
}

_defaults
_store_secrets
case ${1:-} in
  reach) _position "$2" >/dev/null || _fail "$2 $(_describe); it must answer as a standby" ;;
  received) _received "$2" "$3" ;;
  *) _fail "$(sed -n '2s/^# //p' "$0")" ;;
esac
