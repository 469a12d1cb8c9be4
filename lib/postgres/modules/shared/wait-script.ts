import { sh } from '../../../core/sh.ts'
import { READINESS } from './readiness-script.ts'
import { type Knock, words } from './readiness.ts'

/**
 * Knocks until it is opened. Ends early, and says why, when nobody will ever open: the container is gone, has ended or
 * restarts again and again. What the container printed comes first and the verdict last, because of a long output
 * the end is shown.
 */
export function waitScript(knock: Knock, timeoutMs: number): string {
  const { container, host, port } = knock
  return `${READINESS}
${sh`c=${container} where=${`${host}:${port}`} limit=${Math.ceil(timeoutMs / 1000)}`}
restarts() { docker container inspect -f '{{.RestartCount}}' -- "$c" 2>/dev/null </dev/null || echo 0; }
# usage: give_up VERDICT
give_up() {
  if [ "$state" != docker-unavailable ] && [ "$state" != container-missing ]; then
    echo "the last lines of container $c:"
    docker logs --tail 12 -- "$c" 2>&1 </dev/null | sed 's/^/  /'
    docker container inspect -f '${HEALTH}' -- "$c" 2>/dev/null </dev/null | grep . | tail -n 2
  fi
  echo "$1"
  exit 1
} >&2
begin=$(date +%s)
first=$(restarts)
while :; do
  state=$(readiness ${words(knock)})
  spent=$(($(date +%s) - begin))
  case $state in
    accepting) exit 0 ;;
    docker-unavailable) give_up "$(docker version 2>&1 </dev/null | tail -n 1)" ;;
    container-missing) give_up "there is no container $c" ;;
    container-exited | container-dead | container-created)
      code=$(docker container inspect -f '{{.State.ExitCode}}' -- "$c" 2>/dev/null </dev/null)
      give_up "container $c is not running (\${state#container-}, exit code $code) after $spent s" ;;
    container-paused) give_up "container $c is paused: docker unpause $c" ;;
    not-a-replica) give_up "PostgreSQL on $where is a primary, and a replica was expected" ;;
  esac
  again=$(($(restarts) - first))
  [ $again -lt 3 ] || give_up "container $c restarts again and again: $again times in $spent s"
  [ $spent -lt $limit ] || give_up "PostgreSQL on $where is still $state after $spent s"
  sleep 0.3 2>/dev/null || sleep 1
done`
}

const HEALTH =
  '{{if .State.Health}}health: {{.State.Health.Status}}{{range .State.Health.Log}}{{"\\n"}}  {{.Output}}{{end}}{{end}}'
