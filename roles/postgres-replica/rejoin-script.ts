import { raw, sh } from 'run-playbook'
import { AS_OWNER } from 'run-playbook/cluster'
import { CHECKED_NUMBERS, SEARCH_PATH } from 'run-playbook/postgres'
import type { RejoinedArgs } from './rejoined-args.ts'

/**
 * Leaves the request, sees to it that the entrypoint reads it, and waits. A node that does not really follow says
 * `streaming` for an instant, again and again: it counts when one connection has lasted ten seconds, on the primary's
 * timeline, and what the primary wrote since the start is replayed.
 */
export function rejoinScript({ way, dataDir, primary, container }: RejoinedArgs): string {
  return sh`d=${dataDir} c=${container} p=${primary}
${raw(AS_OWNER)}
as_owner "$d" sh -c 'printf "action=%s\nprimary=%s\n" "$1" "$2" > .rejoin.new && sync && mv -f .rejoin.new rejoin' sh ${way} "$p" || exit 1
# A server that runs has to end first; an entrypoint that waits looks for the request by itself.
if [ -f "$d/pgdata/postmaster.pid" ] || [ "$(docker container inspect -f '{{.State.Running}}' "$c")" != true ]; then
  docker restart "$c" >/dev/null || exit 1
fi
${raw(WAIT)}`
}

const WAIT = `${CHECKED_NUMBERS}
# usage: look  (prints PID TIMELINE REPLAYED of a standby that streams)
look() {
  docker exec -u postgres -e PGCONNECT_TIMEOUT=3 -e PGOPTIONS='${SEARCH_PATH}' "$c" psql -XAtqw -F ' ' -d postgres -c \\
    "SELECT pid, received_tli, pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0') FROM pg_stat_wal_receiver
     WHERE status = 'streaming' AND pg_is_in_recovery()" 2>/dev/null </dev/null
}
# usage: target  (prints TIMELINE POSITION of the primary)
target() {
  docker exec -u postgres -e PGREQUIREAUTH=scram-sha-256 "$c" psql -XAtqw -F ' ' \\
    "host=$p user=replicator dbname=postgres replication=true passfile=/run/run-playbook/pgpass connect_timeout=3" \\
    -c IDENTIFY_SYSTEM 2>/dev/null </dev/null |
    { read -r _ timeline lsn _ && is_number "$timeline" && lsn=$(bytes_of "$lsn") && echo "$timeline $lsn"; }
}
# usage: give_up VERDICT
give_up() {
  docker logs --tail 15 "$c" >&2 </dev/null
  echo "$1" >&2
  exit 1
}
last='' since=0 seen=0 quiet=0 stuck=0 wanted=''
while :; do
  sleep 1
  if [ -e "$d/rejoin" ]; then
    # However long a copy takes: it goes on while the entrypoint does.
    [ "$(docker container inspect -f '{{.State.Running}}' "$c" </dev/null)" = true ] || quiet=$((quiet + 1))
    [ $quiet -lt 60 ] || give_up 'the container postgres is not running'
    # What it says while it may not touch its data; a person has to see that.
    says=$(docker exec "$c" cat /run/run-playbook/status 2>/dev/null </dev/null)
    case $says in
      'waiting to follow '* | 'not following '*) stuck=$((stuck + 1)) ;;
      *) stuck=0 ;;
    esac
    [ $stuck -lt 180 ] || give_up "$says; the node continues by itself when this is fixed"
    continue
  fi
  seen=$((seen + 1))
  [ $seen -lt 300 ] || give_up 'the node has its data, but does not follow the primary'
  set -- $(look)
  if [ $# -ne 3 ]; then last=''; continue; fi
  if [ "$1" != "$last" ]; then last=$1 since=$seen wanted=$(target); fi
  [ $((seen - since)) -ge 10 ] || continue
  [ -n "$wanted" ] || { wanted=$(target); continue; }
  [ "$2" = "\${wanted% *}" ] && [ "\${3%.*}" -ge "\${wanted#* }" ] && exit 0
done`
