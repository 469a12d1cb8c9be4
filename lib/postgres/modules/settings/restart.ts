import type { Step } from '../../../core/module.ts'
import { sh } from '../../../core/sh.ts'
import { serverName } from '../../target.ts'
import type { PostgresSettingsArgs } from './args.ts'

/** Restarts the container of the server, and waits: the task asks the server afterwards whether it worked. */
export function restartSteps({ on, container = '', timeoutMs = 120_000 }: PostgresSettingsArgs): Step[] {
  const { host, port = 5432 } = on
  return [
    // The stop may take as long as the container's own stop timeout, which a database may well need.
    { script: `sleep 1\n${sh`docker restart ${container}`}`, timeoutMs: 1_800_000 },
    {
      script: sh`c=${container} host=${host} port=${port} seconds=${Math.ceil(timeoutMs / 1000)}
give_up() { docker logs --tail 12 -- "$c" >&2 </dev/null; echo "$1" >&2; exit 1; }
end=$(($(date +%s) + seconds))
until docker exec "$c" pg_isready -q -U postgres -d postgres -t 3 -h "$host" -p "$port" >/dev/null 2>&1 </dev/null; do
  case $(docker container inspect -f '{{.State.Status}}' -- "$c" 2>/dev/null </dev/null) in
    running | restarting) ;;
    *) give_up "container $c ended after it was restarted" ;;
  esac
  [ "$(date +%s)" -lt $end ] || give_up ${`PostgreSQL on ${serverName(on)} does not accept connections`}" $seconds s after its restart"
  sleep 1
done`,
      timeoutMs: timeoutMs + 30_000,
      explains: true,
    },
  ]
}
