# shellcheck shell=sh disable=SC3043,SC2154
# What pgBackRest needs beside its configuration, in memory: the repository's cipher and the keys for TLS. pgBackRest
# refuses a private key that others may read, and postgres can't read root's files.

keys=$run/pgbackrest
object_store=/etc/pgbackrest/object-store.conf

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
  flock -n -s 7 || { _say 'pgbackrest expire is running: waiting until it ends'; flock -s 7; }
}

# usage: _give NAME  (as root: standard input becomes a file of postgres's, written by postgres itself: root would follow a link)
_give() {
  # shellcheck disable=SC2016  # the inner shell's
  (_as_postgres sh -c 'umask 077; mkdir -p "$1" && cat > "$1/$2.new" && mv "$1/$2.new" "$1/$2"' sh "$keys" "$1")
}

# usage: _store_cipher  (pgBackRest reads every *.conf of the folder)
_store_cipher() {
  if [ -s /run/secrets/pgbackrest_cipher ]; then
    printf '[global]\nrepo1-cipher-type=aes-256-cbc\nrepo1-cipher-pass=%s\n' "$(cat /run/secrets/pgbackrest_cipher)" | _give cipher.conf
  else
    printf '[global]\n' | _give cipher.conf
  fi
}

# usage: _in_store COMMAND [ARGUMENT…]  (the object store, where there is one, has a configuration of its own: no command that is meant
# for the repository of the node ever waits for it)
_in_store() {
  PGBACKREST_CONFIG="$object_store" PGBACKREST_CONFIG_INCLUDE_PATH="$run/object-store" "$@"
}

# usage: _store_credentials  (as root: of the object store, and the key that all in it is encrypted with)
_store_credentials() {
  local name option words='[global]'
  for name in access_key:s3-key secret_key:s3-key-secret cipher:cipher-pass; do
    option=repo1-${name#*:} name=/run/secrets/object_store_${name%:*}
    [ ! -s "$name" ] || words="$words
$option=$(cat "$name")"
  done
  # shellcheck disable=SC2016  # the inner shell's
  printf '%s\n' "$words" | (_as_postgres sh -c 'umask 077; mkdir -p "$1" && cat > "$1/credentials.conf.new" && mv "$1/credentials.conf.new" "$1/credentials.conf"' sh "$run/object-store")
}

# usage: _store_keys  (for asking the primary's pgbackrest-server)
_store_keys() {
  local name
  for name in ca.crt node.crt node.key; do _give "$name" < "/run/secrets/pgbackrest_$name"; done
}

# usage: _watch_keys  (as root: new keys take effect without a restart, which would end a backup)
_watch_keys() {
  local seen now
  seen=$(_fingerprint)
  while sleep 5; do
    now=$(_fingerprint)
    [ "$now" != "$seen" ] || continue
    _say 'reading keys again'
    _prepare_pgbackrest
    _store_keys
    _store_credentials
    seen=$now
  done
}

# usage: _fingerprint
_fingerprint() {
  cat /run/secrets/pgbackrest_* /run/secrets/object_store_* 2>/dev/null | cksum
}
