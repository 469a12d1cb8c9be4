#!/bin/sh
# usage: entrypoint.sh [postgres [OPTION…] | COMMAND [ARGUMENT…]]
# Makes a node of a PostgreSQL cluster out of a disk and a few variables, then becomes PostgreSQL. Any other command is
# run as it stands. Order matters: nothing is created before the disk is ours, nothing writes before the peers agree.
# shellcheck disable=SC2154,SC3043
set -eu

library=/usr/local/lib/run-playbook
for part in common config secrets pgbackrest disk guard signed create rejoin capacity tls watch; do
  # shellcheck source=/dev/null
  . "$library/$part.sh"
done

# usage: _leave_pid_1 [ARGUMENT…]
# postgres as PID 1 takes the exit status of adopted orphans for a crash of its own children and restarts the whole
# database: seen with pgBackRest's asynchronous archiving, five times a second (docker-library/postgres#1349).
_leave_pid_1() {
  command -v tini >/dev/null || _die 'PostgreSQL cannot run safely as PID 1: start the container with docker run --init'
  _say 'warning: the container was started without --init; running tini as PID 1'
  exec tini -- "$0" "$@"
}

# usage: _prepare_as_root  (what only root can do: own the folders, read the secrets)
_prepare_as_root() {
  _own_disk
  _check_disk
  _store_secrets
  _prepare_pgbackrest
}

# usage: _settle  (an empty disk is filled; a full one says itself what it is, and is asked whether it may write)
_settle() {
  local role mode="$POSTGRES_REPLICATION_MODE"
  _rejoin
  role=$(_role)
  case $role/$mode in
    empty/primary) _create ;;
    empty/replica) _clone ;;
    empty/) _die 'POSTGRES_REPLICATION_MODE is not set, and there is no data yet: set it to primary or replica' ;;
    primary/replica | replica/primary)
      _say "POSTGRES_REPLICATION_MODE is $mode, but the data directory is that of a $role: starting as a $role" ;;
  esac
  _forget_secrets
  [ "$role" != primary ] || _guard
  # A standby writes nothing; should it be promoted one day, an old fence must not keep it closed.
  [ "$(_role)" != replica ] || rm -f "$mount/fenced"
}

# usage: _report_overrides  (what stands in postgresql.auto.conf beats every configuration file and survives promotions)
_report_overrides() {
  local names
  names=$(sed -n 's/^[[:space:]]*\([a-z_.]*\)[[:space:]]*=.*/\1/p' "$PGDATA/postgresql.auto.conf" 2>/dev/null | xargs)
  [ -z "$names" ] || _say "warning: postgresql.auto.conf (ALTER SYSTEM) overrides $names"
}

# usage: _start [OPTION…]  (exec, so that the stop signal reaches PostgreSQL)
_start() {
  _configure
  _drop_stale_pid
  _report_overrides
  set -- -c config_file="$config/postgresql.conf" -c hba_file="$config/pg_hba.conf" "$@"
  [ ! -f "$config/pg_ident.conf" ] || set -- -c ident_file="$config/pg_ident.conf" "$@"
  # shellcheck disable=SC2046  # a list of options
  [ "$(_role)" != replica ] || set -- "$@" $(_capacity "$@")
  _say "starting as a $(_role) on $POSTGRES_OVERLAY_IP:$POSTGRES_PORT"
  _status
  _watch "$@"
  trap - INT TERM
  exec postgres -D "$PGDATA" "$@"
}

_main() {
  case ${1:-} in
    '' | -*) set -- postgres "$@" ;;
    postgres) ;;
    *) exec "$@" ;;
  esac
  [ $$ -ne 1 ] || _leave_pid_1 "$@"
  _defaults
  if [ "$(id -u)" -eq 0 ]; then
    _prepare_as_root
    _as_postgres "$0" "$@"
  fi
  shift
  trap _stop INT TERM
  _check_disk
  _lock
  _wait_for_address
  [ ! -f "$config/postgresql.conf" ] || _await_tls -c config_file="$config/postgresql.conf" "$@"
  _settle
  _start "$@"
}

_main "$@"
