#!/bin/sh
# usage: passfile.sh current | renew | prove HOST
# For root in a container that runs. `current`: does the passfile hold the passwords of the secrets? `renew`: writes it anew,
# so that the next connection to another node uses them. `prove`: logs in to the primary as a replica does.
# shellcheck disable=SC2154,SC3043
set -eu

library=/usr/local/lib/run-playbook
for part in common config secrets; do
  # shellcheck source=/dev/null
  . "$library/$part.sh"
done
speaker=passfile

# usage: _prove HOST
_prove() {
  export PGREQUIREAUTH=scram-sha-256
  _as_postgres psql -XAtqw -c IDENTIFY_SYSTEM "$(_conninfo "$1" passfile) dbname=postgres replication=true" >/dev/null
}

_defaults
case ${1:-} in
  current) _is_current ;;
  renew) _renew_passfile ;;
  prove) _prove "$2" ;;
  *) sed -n '2s/^# //p' "$0" >&2; exit 2 ;;
esac
