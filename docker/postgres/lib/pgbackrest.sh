# shellcheck shell=sh disable=SC3043,SC2154
# What pgBackRest needs beside its configuration, in memory: the repository's cipher and the keys for TLS. pgBackRest
# refuses a private key that others may read, and postgres can't read root's files.

keys=$run/pgbackrest

# usage: _prepare_pgbackrest  (as root: the cipher, and the folders that Docker or the runner made for root)
_prepare_pgbackrest() {
  _store_cipher
  chown postgres: /tmp/pgbackrest /var/lib/pgbackrest 2>/dev/null || true
  # Whoever can read a lock can hold it, and so stop all backups.
  chmod 0700 /tmp/pgbackrest 2>/dev/null || true
}

# usage: _hold_expire  (until descriptor 7 is closed nothing is expired: what is being restored would vanish under it)
_hold_expire() {
  local lock=/tmp/pgbackrest/expire.flock
  [ -e "$lock" ] || : > "$lock"
  exec 7< "$lock"
  flock -n -s 7 || { _say 'an expire is running: waiting for its end'; flock -s 7; }
}

# usage: _store_cipher  (pgBackRest reads every *.conf of the folder)
_store_cipher() {
  (
    umask 077
    mkdir -p "$keys"
    rm -f "$keys/cipher.conf"
    if [ -s /run/secrets/pgbackrest_cipher ]; then
      printf '[global]\nrepo1-cipher-type=aes-256-cbc\nrepo1-cipher-pass=%s\n' "$(cat /run/secrets/pgbackrest_cipher)" > "$keys/cipher.conf"
    fi
    chown -R postgres: "$keys"
  )
}

# usage: _store_keys
_store_keys() {
  local name
  (
    umask 077
    for name in ca.crt node.crt node.key; do
      cat "/run/secrets/pgbackrest_$name" > "$keys/$name.new"
      chown postgres: "$keys/$name.new"
      mv "$keys/$name.new" "$keys/$name"
    done
  )
}

# usage: _watch_keys  (as root: new keys and a new configuration take effect without a restart, which would tear the
# connection of another node that is being backed up)
_watch_keys() {
  local seen now
  seen=$(_fingerprint)
  while sleep 5; do
    now=$(_fingerprint)
    [ "$now" != "$seen" ] || continue
    _say 'reading keys and configuration again'
    _prepare_pgbackrest
    _store_keys
    kill -HUP "$(cat "$run/server.pid")" || true
    seen=$now
  done
}

# usage: _fingerprint
_fingerprint() {
  cat "$PGBACKREST_CONFIG" /run/secrets/pgbackrest_* 2>/dev/null | cksum
}
