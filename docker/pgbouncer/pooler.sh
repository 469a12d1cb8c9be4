#!/bin/sh
# usage: pooler serve    (PgBouncer, pointed at the node that accepts writes, whoever promoted it)
#        pooler reload   (reads the configuration and the password again; connections stay)
#        pooler healthy  (does it answer?)
#        pooler console STATEMENT…
# One session lasts on the primary. While it is gone the pools are paused: clients wait instead of being told of errors. When
# a node is the primary, be it the same one or another, the databases are there, and the pools go on.
# shellcheck disable=SC3043
set -eu

conf=${POOLER_CONF:-/etc/pgbouncer}
run=${POOLER_RUN:-/run/pgbouncer}
state=${POOLER_STATE:-/var/lib/run-playbook}
# libpq looks there for a certificate to show.
export HOME="$run"

# usage: _say MESSAGE…
_say() {
  echo "pooler: $*" >&2
}

# usage: _setting NAME  (of pgbouncer.ini)
_setting() {
  sed -n "s/^$1 = //p" "$conf/pgbouncer.ini"
}

# usage: _console OPTION…  (whoever has the number of PgBouncer may, through its socket)
_console() {
  PGCONNECT_TIMEOUT=3 timeout "${patience:-5}" psql -XAqw -h "$run" -p "$(_setting listen_port)" -U pgbouncer -d pgbouncer "$@"
}

# usage: _put FILE  (standard input takes its place at once)
_put() {
  cat > "$1.$$" && mv -f "$1.$$" "$1"
}

# usage: _secrets  (the password as PgBouncer and libpq want it: in memory)
_secrets() (
  umask 077
  password=$(cat "$conf/password")
  printf '"pooler" "%s"\n' "$(printf %s "$password" | sed 's/"/""/g')" | _put "$run/userlist.txt"
  printf '*:*:*:pooler:%s\n' "$(printf %s "$password" | sed 's/[\\:]/\\&/g')" | _put "$run/pgpass"
)

# usage: _databases  (each line of the file is a name, a tab and options; the host is the primary)
_databases() {
  local primary='' name options
  while [ "$primary" != "$(cat "$run/primary")" ]; do
    primary=$(cat "$run/primary")
    {
      echo '[databases]'
      while IFS='	' read -r name options; do
        printf '%s = host=%s %s\n' "$name" "$primary" "$options"
      done < "$conf/databases"
    } | _put "$run/databases.ini"
  done
}

# usage: _session  (says five times a second who the primary is, as long as it is)
_session() {
  PGREQUIREAUTH=scram-sha-256 psql -XAtqw -v ON_ERROR_STOP=1 "host=$(paste -sd, "$conf/nodes") port=$(cat "$conf/port") \
    dbname=postgres user=pooler passfile=$run/pgpass sslmode=verify-full sslrootcert=$conf/authority.crt application_name=pooler \
    target_session_attrs=primary connect_timeout=3 tcp_user_timeout=5000 keepalives_idle=3 keepalives_interval=1 keepalives_count=2" 2>"$run/trouble" <<'SQL'
SELECT 'at ' || pg_catalog.host(pg_catalog.inet_server_addr()) WHERE NOT pg_catalog.pg_is_in_recovery() \watch 0.2
SQL
}

_follow() {
  local line known port
  port=$(_setting listen_port)
  while :; do
    _session | {
      known=
      while IFS= read -r line; do
        case $line in "at $known" | '') ;; 'at '*) _lead "${line#at }" && known=${line#at } ;; esac
      done
    }
    _hold
    sleep 0.3
  done
}

# usage: _lead ADDRESS  (fails while PgBouncer does not run yet)
_lead() {
  local pausing
  [ "$1" = "$(cat "$run/primary" 2>/dev/null)" ] || _say "the primary is $1"
  echo "$1" | _put "$run/primary"
  _databases
  _console -c RELOAD >/dev/null 2>&1 || return 1
  [ -e "$run/held" ] || return 0
  # It waits in PgBouncer for transactions that may never end. A PAUSE that came after RESUME would last.
  pausing=$(cat "$run/held")
  kill -KILL "$pausing" 2>/dev/null || true
  while kill -0 "$pausing" 2>/dev/null; do sleep 0.05; done
  _console -c RESUME >/dev/null 2>&1 || true
  rm -f "$run/held"
  _say 'the pools go on'
}

# usage: _hold  (nobody is the primary: what clients send waits here. Until then PgBouncer ends who sends something)
_hold() {
  local pausing tries=0
  [ ! -e "$run/held" ] && [ -e "$run/primary" ] || return 0
  # It returns when no transaction is open, which may be never, so it is a program of its own, which can be ended.
  PGCONNECT_TIMEOUT=3 psql -XAqw -h "$run" -p "$port" -U pgbouncer -d pgbouncer -c PAUSE >/dev/null 2>&1 &
  pausing=$!
  echo "$pausing" > "$run/held"
  while kill -0 "$pausing" 2>/dev/null && [ $tries -lt 10 ]; do
    tries=$((tries + 1))
    sleep 0.1
  done
  _say "clients wait for a primary: $(tail -n 1 "$run/trouble")"
}

# usage: _report  (what the status shows)
_report() {
  local pools answers=true held=false
  pools=$(_console -P footer=off -F "$(printf '\037')" -R "$(printf '\036')" -c 'SHOW POOLS' 2>/dev/null) || answers=false pools=
  [ ! -e "$run/held" ] || held=true
  jq -cn --arg pools "$pools" --argjson answers "$answers" --argjson held "$held" --argjson at "$(date +%s)" \
    --arg primary "$(cat "$run/primary" 2>/dev/null)" --argjson most "$(_setting max_client_conn)" '
    def number: tonumber? // 0;
    ($pools | split("\u001e") | map(rtrimstr("\n") | split("\u001f"))) as [$names]
    | [$pools | split("\u001e")[1:][] | rtrimstr("\n") | split("\u001f") | . as $row
        | [range(0; $names | length) | {key: $names[.], value: $row[.]}] | from_entries | select(.database != "pgbouncer")
        | {database, user, clientsActive: (.cl_active | number), clientsWaiting: (.cl_waiting | number),
           serversActive: (.sv_active | number), serversIdle: ((.sv_idle | number) + (.sv_used | number) + (.sv_tested | number)),
           maxWaitSeconds: ((.maxwait | number) + (.maxwait_us | number) / 1000000)}] as $rows
    | def sum(f): [$rows[] | f] | add // 0;
    {at: $at, answers: $answers, held: $held, primary: (if $primary == "" then null else $primary end), maxClientConn: $most,
     clientsActive: sum(.clientsActive), clientsWaiting: sum(.clientsWaiting), serversActive: sum(.serversActive),
     serversIdle: sum(.serversIdle), maxWaitSeconds: ([$rows[].maxWaitSeconds] | max // 0),
     pools: ($rows | sort_by(-.clientsActive - .clientsWaiting)[:20])}' | _put "$state/pooler.json"
}

_serve() {
  rm -f "$run"/*
  _secrets
  _follow &
  trap 'kill $(jobs -p) 2>/dev/null; exit 0' INT TERM
  until [ -s "$run/databases.ini" ]; do
    _report || _say 'the state was not written'
    sleep 1
  done
  pgbouncer "$conf/pgbouncer.ini" &
  bouncer=$!
  # It ends when no transaction is open.
  trap 'kill -INT $bouncer 2>/dev/null' INT TERM
  while kill -0 "$bouncer" 2>/dev/null; do
    _report || _say 'the state was not written'
    sleep 5 &
    wait $! || true
  done
  wait "$bouncer"
}

case ${1:-} in
  serve) _serve ;;
  reload)
    _secrets
    _databases
    _console -c RELOAD >/dev/null
    ;;
  healthy) _console -c 'SHOW VERSION' >/dev/null ;;
  console)
    shift
    patience=60
    _console -t -c "$*"
    ;;
  *)
    sed -n '2,5s/^# //p' "$0" >&2
    exit 2
    ;;
esac
