# shellcheck shell=sh disable=SC3043,SC2154
# Passwords come as files that only root can read and leave as files that only postgres can read. They are never in an
# argument, in PostgreSQL's environment or in the log; connections name the passfile.

# usage: _secret NAME DEFAULT_FILE  (prints $NAME, or what $NAME_FILE or the default file holds)
_secret() {
  local value file
  eval "value=\${$1:-} file=\${$1_FILE:-}"
  if [ -n "$value" ] && [ -n "$file" ]; then
    _die "both $1 and $1_FILE are set; set only one of them"
  fi
  if [ -z "$value" ]; then
    [ -n "$file" ] || file=$2
    [ -e "$file" ] || { [ "$file" = "$2" ] && return 0; _die "$1_FILE: $file does not exist"; }
    value=$(cat "$file") || _die "$1_FILE: $file cannot be read"
  fi
  case $value in *"
"*) _die "$1 has more than one line" ;; esac
  printf '%s\n' "$value"
}

# usage: _pgpass_field TEXT  (a passfile separates its fields with colons)
_pgpass_field() {
  printf '%s' "$1" | sed 's/[\\:]/\\&/g'
}

# usage: _pgpass USER PASSWORD  (for every host: nodes come and go, and a promotion changes no secret)
_pgpass() {
  [ -z "$2" ] || printf '*:%s:*:%s:%s\n' "$POSTGRES_PORT" "$(_pgpass_field "$1")" "$(_pgpass_field "$2")"
}

# usage: _passfile  (prints what the passfile should hold)
_passfile() {
  local replication rewind
  replication=$(_secret POSTGRES_REPLICATION_PASSWORD /run/secrets/replication_password)
  rewind=$(_secret POSTGRES_REWIND_PASSWORD /run/secrets/rewind_password)
  _pgpass "$POSTGRES_REPLICATION_USER" "$replication"
  _pgpass "$POSTGRES_REWIND_USER" "$rewind"
}

# usage: _store_secrets  (root can't rely on postgres reading its files, and postgres can't read root's)
_store_secrets() {
  local superuser replication passfile
  superuser=$(_secret POSTGRES_PASSWORD /run/secrets/postgres_password)
  replication=$(_secret POSTGRES_REPLICATION_PASSWORD /run/secrets/replication_password)
  passfile=$(_passfile)
  (
    umask 077
    rm -f "$run"/*pass*
    printf '%s\n' "$passfile" > "$run/pgpass"
    _has_data || [ -z "$superuser" ] || printf '%s\n' "$superuser" > "$run/postgres_password"
    _has_data || [ -z "$replication" ] || printf '%s\n' "$replication" > "$run/replication_password"
    [ "$(id -u)" -ne 0 ] || chown postgres: "$run"/*pass*
  )
  unset POSTGRES_PASSWORD POSTGRES_PASSWORD_FILE POSTGRES_REPLICATION_PASSWORD POSTGRES_REPLICATION_PASSWORD_FILE
  unset POSTGRES_REWIND_PASSWORD POSTGRES_REWIND_PASSWORD_FILE
}

# usage: _is_current  (whether the passfile holds the passwords of the secrets)
_is_current() {
  [ "$(_passfile)" = "$(cat "$run/pgpass" 2>/dev/null)" ]
}

# usage: _renew_passfile  (whole or not at all, for PostgreSQL may read it at any moment; and as postgres, who owns the folder
# and could have root write somewhere else)
_renew_passfile() {
  _passfile | (_as_postgres sh -c 'umask 077; cat > "$1.new" && mv "$1.new" "$1"' sh "$run/pgpass")
}

# usage: _forget_secrets  (only creating a cluster needs them in the clear)
_forget_secrets() {
  rm -f "$run/postgres_password" "$run/replication_password"
}
