import { SEARCH_PATH } from '../../../pgbackrest/search-path.ts'

/**
 * `readiness CONTAINER HOST PORT ROLE` prints one word. Over TCP, because the server that the entrypoint starts to set a
 * new database up listens on a socket only.
 */
export const READINESS = `
# usage: readiness CONTAINER HOST PORT ROLE
readiness() {
  r_state=$(docker container inspect -f '{{.State.Status}}' -- "$1" 2>&1 </dev/null) || {
    case $r_state in
      *[Nn]'o such '*) echo container-missing ;;
      *) echo docker-unavailable ;;
    esac
    return 0
  }
  case $r_state in
    running) ;;
    *) echo "container-$r_state"; return 0 ;;
  esac
  # Its exit code by way of stdout: docker exec itself ends with 1 when the container stops under it. -U and -d, or the
  # server would log a complaint about a role named root.
  r_code=$(docker exec "$1" sh -c 'pg_isready -q -U postgres -d postgres -t 3 "$@" >/dev/null 2>&1; echo $?' \\
    sh -h "$2" -p "$3" 2>/dev/null </dev/null)
  case $r_code in
    0) ;;
    1) echo rejecting; return 0 ;;
    *) echo silent; return 0 ;;
  esac
  [ "$4" != any ] || { echo accepting; return 0; }
  r_role=$(docker exec -u postgres -e PGOPTIONS='${SEARCH_PATH}' "$1" psql -XAtqw -p "$3" -d postgres -c "SELECT CASE
    WHEN NOT pg_is_in_recovery() THEN 'primary'
    WHEN EXISTS (SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming') THEN 'streaming'
    ELSE 'replica' END" 2>/dev/null </dev/null)
  case $4:$r_role in
    primary:primary | replica:streaming) echo accepting ;;
    primary:streaming | primary:replica) echo in-recovery ;;
    replica:replica) echo not-streaming ;;
    replica:primary) echo not-a-replica ;;
    *) echo rejecting ;;
  esac
}
# usage: why_not CONTAINER STATUS  (what its container says, for a server that is not ready)
why_not() {
  case $2 in
    accepting | container-missing) ;;
    docker-unavailable) docker version 2>&1 </dev/null | tail -n 1 ;;
    *)
      docker container inspect -f '{"restarts":{{.RestartCount}},"state":{{json .State}}}' -- "$1" 2>/dev/null </dev/null
      docker logs --tail 12 -- "$1" 2>&1 </dev/null
      ;;
  esac
}`
