# shellcheck shell=sh disable=SC3043,SC2154
# /etc/postgresql belongs to whoever manages the node. Where nothing is mounted there, the variables make a small
# configuration at every start: outside the data folder, so that a copy of the data never carries another node's.

# usage: _defaults
_defaults() {
  [ -n "${POSTGRES_OVERLAY_IP:-}" ] || _die 'POSTGRES_OVERLAY_IP is not set: set it to the address that PostgreSQL should listen on'
  POSTGRES_REPLICATION_MODE=${POSTGRES_REPLICATION_MODE:-}
  POSTGRES_PRIMARY_HOST=${POSTGRES_PRIMARY_HOST:-}
  POSTGRES_PEERS=$(_words "${POSTGRES_PEERS:-}")
  POSTGRES_PORT=${POSTGRES_PORT:-5432}
  POSTGRES_REPLICATION_USER=${POSTGRES_REPLICATION_USER:-replicator}
  POSTGRES_REWIND_USER=${POSTGRES_REWIND_USER:-rewinder}
  POSTGRES_SLOT_NAME=${POSTGRES_SLOT_NAME:-node_$(echo "$POSTGRES_OVERLAY_IP" | tr -c '[:alnum:]\n' _)}
  POSTGRES_CLIENT_NETWORK=${POSTGRES_CLIENT_NETWORK:-$POSTGRES_OVERLAY_IP/24}
  POSTGRES_CLONE_TIMEOUT=${POSTGRES_CLONE_TIMEOUT:-300}
  POSTGRES_CLONE_RATE=${POSTGRES_CLONE_RATE:-}
  POSTGRES_GUARD_PATIENCE=${POSTGRES_GUARD_PATIENCE:-15}
  _read_primary
  case $POSTGRES_REPLICATION_MODE in
    primary | replica | '') ;;
    *) _die "POSTGRES_REPLICATION_MODE must be primary or replica, not '$POSTGRES_REPLICATION_MODE'" ;;
  esac
}

# usage: _read_primary  (a file beside postgresql.conf may name the primary's address. It is the same on every node and
# changes with a promotion, which the variables of a container can't; so it counts more than they do)
_read_primary() {
  [ -s "$config/primary" ] || return 0
  POSTGRES_PRIMARY_HOST=$(head -n 1 "$config/primary" | tr -cd '[:alnum:].:-')
  POSTGRES_REPLICATION_MODE=replica
  [ "$POSTGRES_PRIMARY_HOST" != "$POSTGRES_OVERLAY_IP" ] || POSTGRES_REPLICATION_MODE=primary
}

# usage: _peers  (the other nodes; the list may be the same everywhere. A file beside postgresql.conf counts more than the
# variable, and is read whenever it is needed: nodes come and go while PostgreSQL runs)
_peers() {
  local host peers="$POSTGRES_PEERS"
  [ ! -s "$config/peers" ] || peers=$(_words "$(cat "$config/peers")")
  for host in $peers; do
    [ "$host" = "$POSTGRES_OVERLAY_IP" ] || echo "$host"
  done
}

# usage: _conninfo HOST [NAME]  (keepalives, because a dead host says no goodbye; NAME where no standby connects:
# synchronous_standby_names takes every connection with a standby's name for that standby)
_conninfo() {
  echo "host=$1 port=$POSTGRES_PORT user=$POSTGRES_REPLICATION_USER passfile=$run/pgpass" \
    "application_name=${2:-$POSTGRES_SLOT_NAME} connect_timeout=5 keepalives_idle=10 keepalives_interval=5 keepalives_count=3" \
    "tcp_user_timeout=30000"
}

# usage: _configure  (settles which folder holds postgresql.conf and pg_hba.conf)
_configure() {
  [ ! -f "$config/postgresql.conf" ] || return 0
  config=$run
  _postgresql_conf > "$config/postgresql.conf"
  _pg_hba_conf > "$config/pg_hba.conf"
}

# usage: _postgresql_conf  (the same for both roles: only standby.signal tells them apart)
_postgresql_conf() {
  cat <<CONF
listen_addresses = '$POSTGRES_OVERLAY_IP'
port = $POSTGRES_PORT
unix_socket_directories = '/var/run/postgresql'
password_encryption = 'scram-sha-256'
wal_level = replica
wal_log_hints = on
max_wal_senders = 10
max_replication_slots = 10
max_slot_wal_keep_size = 2GB
wal_keep_size = 128MB
wal_sender_timeout = 30s
wal_receiver_timeout = 30s
tcp_user_timeout = 30s
hot_standby = on
hot_standby_feedback = on
recovery_target_timeline = 'latest'
cluster_name = '$POSTGRES_SLOT_NAME'
lc_messages = 'C'
CONF
  [ -z "$POSTGRES_PRIMARY_HOST" ] || cat <<CONF
primary_slot_name = '$POSTGRES_SLOT_NAME'
primary_conninfo = '$(_conninfo "$POSTGRES_PRIMARY_HOST")'
CONF
}

# usage: _pg_hba_conf  (the superuser comes through the socket only, the replication role for replication only)
_pg_hba_conf() {
  local host
  echo 'local all postgres peer'
  for host in $(_peers); do
    echo "host replication $POSTGRES_REPLICATION_USER $host/$(_bits "$host") scram-sha-256"
    echo "host postgres $POSTGRES_REWIND_USER $host/$(_bits "$host") scram-sha-256"
  done
  cat <<CONF
host all $POSTGRES_REPLICATION_USER all reject
host all $POSTGRES_REWIND_USER all reject
host all postgres all reject
host all all $POSTGRES_CLIENT_NETWORK scram-sha-256
CONF
}

# usage: _bits ADDRESS
_bits() {
  case $1 in *:*) echo 128 ;; *) echo 32 ;; esac
}

# usage: _has_address  (fib_trie lists every local IPv4 address without needing iproute2; IPv6 is taken on trust)
_has_address() {
  case $POSTGRES_OVERLAY_IP in *:*) return 0 ;; esac
  awk -v wanted="$POSTGRES_OVERLAY_IP" '
    $1 == "|--" { address = $2 }
    /host LOCAL/ && address == wanted { found = 1 }
    END { exit !found }' /proc/net/fib_trie
}

# usage: _wait_for_address  (after a boot the overlay may be later than Docker; PostgreSQL itself would give up)
_wait_for_address() {
  until _has_address; do
    _waiting "waiting for the overlay address $POSTGRES_OVERLAY_IP to appear on this host"
    _run sleep 1
  done
}
