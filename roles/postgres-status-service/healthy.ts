import { type Reader, ask, defineModule, mapProbe, predict, sh, z } from 'run-playbook'

/** As Docker's health check of the container has it; absent: there is none. */
const health: Reader<string> = {
  name: 'container-health',
  channel: 'shell',
  ask: (names) =>
    names
      .map(
        (name) =>
          sh`docker inspect --type container --format '{{if .State.Health}}{{.State.Health.Status}}{{else}}{{.State.Status}}{{end}}' ${name} 2>/dev/null || echo absent`,
      )
      .join('\n'),
  parse: ({ stdout }, names) => {
    const lines = stdout.toString().trim().split('\n')
    return names.map((_name, i) => lines[i] || 'absent')
  },
  sees: (name) => [`docker:/container/${name}`],
}

/** Waits until a container's own health check says that it works. */
export const containerHealthy = defineModule<{ readonly container: string }, string>({
  name: 'container_healthy',
  args: z.strictObject({ container: z.string() }),
  probe: ({ container }) => mapProbe(ask(health, container), (status) => status),
  plan: ({ container }, status) =>
    status === 'healthy'
      ? { changes: [], because: 'its health check passes' }
      : {
          changes: [{ what: 'health', from: status, to: 'healthy' }],
          leaves: [predict(health, container, 'healthy')],
        },
  apply: ({ container }) => [{ script: wait(container), timeoutMs: 90_000, explains: true }],
  waits: true,
  touches: () => [],
})

// What it said last is the reason when it never gets there.
const wait = (container: string): string => sh`c=${container}
i=0
until [ "$(docker inspect --format '{{.State.Health.Status}}' "$c" 2>/dev/null)" = healthy ]; do
  i=$((i + 1))
  if [ "$i" -gt 60 ]; then
    echo "$c is not healthy after a minute; its log ends with: $(docker logs --tail 10 "$c" 2>&1 | tr '\n' ' ')" >&2
    exit 1
  fi
  sleep 1
done`
