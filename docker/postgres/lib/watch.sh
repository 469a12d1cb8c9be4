# shellcheck shell=sh disable=SC3043,SC2154
# The guard asks before a start. A primary that was cut off alive has no start, and clients that reach it again would write
# to the second of two. So it goes on asking, and ends when another one was promoted: what starts then stays closed.
# A standby is watched for replay that only a new start brings on.

# usage: _watch  (beside PostgreSQL for as long as that lives; it has the pid of this shell)
# Forked twice, so that its parent is process 1: PostgreSQL takes an orphan that it adopts for a child of its own that
# crashed. Without the lock, which is PostgreSQL's.
_watch() {
  (_watch_on 9>&- &)
}

# usage: _watch_on
_watch_on() {
  local host timeline
  while sleep 5 && kill -0 $$ 2>/dev/null; do
    if [ "$(_role)" != primary ]; then
      _held_up || continue
      _say "replay is paused: $held_by; stopping, to start again with a sufficient value"
      kill -INT $$
      return 0
    fi
    for host in $(_peers); do
      _overtaken_by "$host" || continue
      _say "$host is the primary (timeline $peer_timeline; this node is on timeline $timeline): stopping. Commits that only this node has are not on $host"
      # Without the fence, should the disk be full, the guard finds the same.
      _remember_fence "$host" || true
      kill -INT $$
      return 0
    done
  done
}

# usage: _overtaken_by HOST  (sets timeline; silence, an equal timeline and another cluster are no reason to stop)
_overtaken_by() {
  _ask "$1" 2
  [ "$answer" = primary ] && [ "$peer_sysid" = "$(_control 'Database system identifier')" ] || return 1
  timeline=$(_timeline)
  [ "$peer_timeline" -gt "$timeline" ]
}
