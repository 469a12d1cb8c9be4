# shellcheck shell=sh disable=SC3043,SC2154
# The guard asks before a start. A primary that was cut off alive has no start, and clients that reach it again would write
# to the second of two. So it goes on asking, and ends when another one was promoted: what starts then stays closed.
# A standby is watched for replay that only a new start brings on. The files of TLS are looked at on both.

# usage: _watch [OPTION…]  (the options of the start; beside PostgreSQL for as long as that lives; it has the pid of this shell)
# Forked twice, so that its parent is process 1: PostgreSQL takes an orphan that it adopts for a child of its own that
# crashed. Without the lock, which is PostgreSQL's.
_watch() {
  (_watch_on "$@" 9>&- &)
}

# usage: _watch_on [OPTION…]
_watch_on() {
  local host timeline=0 disputed=
  while sleep 5 && kill -0 $$ 2>/dev/null; do
    _look_at_tls "$@"
    if [ "$(_role)" != primary ]; then
      _held_up || continue
      _say "replay is paused: $held_by; stopping, to start again with a sufficient value"
      kill -INT $$
      return 0
    fi
    for host in $(_peers); do
      _overtaken_by "$host" || continue
      _say "$reason (timeline $peer_timeline; this node is on timeline $timeline): stopping. Commits that only this node has are not on $host"
      # Without the fence, should the disk be full, the guard finds the same.
      _remember_fence "$host" || true
      kill -INT $$
      return 0
    done
  done
}

# usage: _overtaken_by HOST  (sets timeline and reason; silence, no later timeline and another cluster are no reason to stop)
# The operator's word is one, whoever hands it on. A peer's word alone is one only where nobody follows this node: a replica that
# does shows that there was no promotion by run-playbook. The timeline of a primary stays, so it is looked up when one is later.
_overtaken_by() {
  _ask "$1" 2
  [ "$peer_timeline" -gt "${timeline:-0}" ] || return 1
  timeline=$(_timeline)
  [ "$peer_timeline" -gt "$timeline" ] && [ "$peer_sysid" = "$(_control 'Database system identifier')" ] || return 1
  reason="$1 is the primary"
  [ -s "$promotion_key" ] || { [ "$answer" = primary ]; return; }
  if _is_signed "$1"; then
    [ "$answer" = primary ] || reason="$promoted was promoted"
    return 0
  fi
  [ "$answer" = primary ] || return 1
  _follower_beside "$1" || return 0
  _dispute "$1"
  return 1
}

# usage: _dispute HOST  (once for each peer; the status service goes on saying it)
_dispute() {
  case " $disputed " in *" $1 "*) return 0 ;; esac
  disputed="$disputed $1"
  _say "warning: $1 says that it is the primary (timeline $peer_timeline; this node is on timeline $timeline), but that promotion is not signed, and $follower still follows this node: staying open. See docs/second-day.md"
}
