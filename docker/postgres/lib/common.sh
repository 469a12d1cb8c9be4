# shellcheck shell=sh disable=SC2034,SC3043
# Words for the log, a status for the health check, and waiting that a signal can end at once.
# `local` is the one step outside POSIX, and both dash and busybox have it.

mount=$(dirname "$PGDATA")
run=/run/run-playbook
config=/etc/postgresql
child=
# For PGOPTIONS of every session with SQL: names mean PostgreSQL's own, whatever the owner of a database makes in public or
# sets with ALTER DATABASE (CVE-2018-1058).
search_path='-c search_path=pg_catalog,pg_temp'

# usage: _say MESSAGE…
_say() {
  echo "${speaker:-entrypoint}: $*" >&2
}

# usage: _die MESSAGE…  (for mistakes that only a person can put right)
_die() {
  _say "$@"
  _status "$*"
  exit 1
}

# usage: _status [MESSAGE…]  (what the health check shows as the reason; nothing: PostgreSQL speaks for itself)
_status() {
  if [ $# -eq 0 ]; then
    rm -f "$run/status"
  elif [ -d "$run" ]; then
    echo "$*" > "$run/status"
  fi
}

# usage: _waiting MESSAGE…  (says a reason once, and again only after it has changed)
_waiting() {
  [ "$*" = "${last_reason:-}" ] || _say "$@"
  last_reason=$*
  _status "$*"
}

# usage: _run COMMAND [ARGUMENT…]  (a shell in the foreground hears of SIGINT only when its command is done)
_run() {
  local code=0
  "$@" &
  child=$!
  wait "$child" || code=$?
  child=
  return "$code"
}

# usage: _stop  (PostgreSQL isn't running yet, so there is nothing to shut down)
_stop() {
  trap - INT TERM
  [ -z "$child" ] || kill "$child" 2>/dev/null || true
  _say 'the container was stopped before PostgreSQL had started'
  exit 0
}

# usage: _run_remote COMMAND [ARGUMENT…]
# For what logs in to another node: the password is for SCRAM only, so that whoever answers in its place does not get it. libpq
# knows this since version 16. Not for our own socket, where nobody asks for a password.
_run_remote() {
  local code=0
  export PGREQUIREAUTH=scram-sha-256
  _run "$@" || code=$?
  unset PGREQUIREAUTH
  return "$code"
}

# What another host, a repository or a file says is checked before it gets into $(( )), where a shell such as bash would run
# what stands in a[$(…)]. The characters are listed: what a range such as A-F holds depends on the locale.

# usage: _is_number TEXT  (a decimal number that fits; one that begins with 0 would be octal)
_is_number() {
  case $1 in '' | *[!0123456789]* | 0?*) return 1 ;; esac
  [ "${#1}" -le 18 ]
}

# usage: _is_lsn TEXT  (a position of WAL as PostgreSQL writes it: 0/3000028)
_is_lsn() {
  case $1 in */*/* | *[!0123456789ABCDEF/]*) return 1 ;; ?*/?*) ;; *) return 1 ;; esac
  local high="${1%/*}" low="${1#*/}"
  [ "${#high}" -le 8 ] && [ "${#low}" -le 8 ]
}

# usage: _bytes_of LSN  (prints it as a number of bytes; fails when it is none)
_bytes_of() {
  _is_lsn "$1" && echo $((0x${1%/*} * 4294967296 + 0x${1#*/}))
}

# usage: _words TEXT  (a list may be separated by commas or white space)
_words() {
  echo "$1" | tr ',\n\t' '   '
}

# usage: _as_postgres COMMAND [ARGUMENT…]  (gosu in the official image, su-exec on Alpine, setpriv on Debian)
_as_postgres() {
  export HOME=/var/lib/postgresql
  if command -v gosu >/dev/null; then exec gosu postgres "$@"; fi
  if command -v su-exec >/dev/null; then exec su-exec postgres "$@"; fi
  exec setpriv --reuid=postgres --regid=postgres --init-groups -- "$@"
}
