# shellcheck shell=sh disable=SC2034,SC3043,SC2154
# A peer may lie, or be somebody else with its address. So the operator signs each promotion: `promote` and `site` leave the
# statement in the setting run_playbook.promotion of every node, and whoever may replicate can ask for it. Who hands it on does not
# matter, because nobody else could have signed it.

# Beside postgresql.conf. A cluster that an earlier version made has none; nothing is signed there, and a peer's word has to do.
promotion_key=$config/promotion.pub

# usage: _is_signed HOST
# Whether a peer that was asked hands on that another node than this one was promoted, to a later timeline than ours (timeline);
# sets promoted to the address of that node.
_is_signed() {
  local statement signature
  _psql "$1" 2 -c 'SHOW run_playbook.promotion' > "$run/promotion" 2>/dev/null || return 1
  # shellcheck disable=SC2046  # words: SYSTEM_IDENTIFIER TIMELINE ADDRESS SIGNATURE…
  set -- $(head -n 1 "$run/promotion" | cut -c 1-1000 | tr -cd '[:alnum:]+/=.: ')
  [ $# -ge 4 ] && [ "$1" = "$peer_sysid" ] && _is_number "$2" && [ "$2" -gt "$timeline" ] && [ "$3" != "$POSTGRES_OVERLAY_IP" ] || return 1
  statement="$1 $2 $3" promoted=$3
  shift 3
  # One by the key of today, and one by each key that it replaced: this node may have been away since.
  for signature in "$@"; do
    [ "${#signature}" -ne 88 ] || ! _verifies "$statement" "$signature" || return 0
  done
  return 1
}

# usage: _verifies STATEMENT SIGNATURE  (base64; without openssl nothing is signed. Both are files: openssl asks for their size)
_verifies() {
  printf 'run-playbook promotion %s' "$1" > "$run/statement"
  echo "$2" | base64 -d > "$run/signature" 2>/dev/null || return 1
  openssl pkeyutl -verify -rawin -pubin -inkey "$promotion_key" -in "$run/statement" -sigfile "$run/signature" >/dev/null 2>&1
}

# usage: _weigh HOST  (for a fence: sets who took over, and doubt where the word of this peer is all that there is)
_weigh() {
  who=$1 doubt=
  [ -s "$promotion_key" ] || return 0
  if _is_signed "$1"; then who=$promoted; else doubt=', not signed'; fi
}

# usage: _follower_beside HOST  (sets follower to another node than this peer that streams from us)
# What `promote` looks at, too: no primary is replaced while a replica follows it.
_follower_beside() {
  local host
  _followers > "$run/followers" 2>/dev/null || return 1
  for host in $(_peers); do
    [ "$host" = "$1" ] || ! grep -qxF "$host" "$run/followers" || { follower=$host; return 0; }
  done
  return 1
}

# usage: _followers  (prints the addresses of those who stream)
_followers() {
  PGCONNECT_TIMEOUT=3 PGOPTIONS="$search_path -c statement_timeout=3s" psql -XAtqw -p "$POSTGRES_PORT" -d postgres \
    -c "SELECT host(client_addr) FROM pg_stat_replication WHERE state = 'streaming'"
}
