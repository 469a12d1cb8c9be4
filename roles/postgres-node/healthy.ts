import { UserError, ask, containers, defineModule, predict, readerOfOne, sh, z } from 'run-playbook'

interface Health {
  /** As Docker's health check of the container has it, or the container's state; `absent`: there is no container. */
  readonly status: string
  /** The end of its log while it is not healthy. */
  readonly log: string
}

const health = readerOfOne<Health>({
  name: 'container-health',
  ask: (name) => sh`c=${name}
status=$(docker container inspect --format '{{if .State.Health}}{{.State.Health.Status}}{{else}}{{.State.Status}}{{end}}' "$c" 2>/dev/null) || status=absent
echo "$status"
case $status in healthy | absent) ;; *) docker logs --tail 10 "$c" 2>&1 </dev/null ;; esac`,
  parse: ({ stdout }) => {
    const [status = '', ...log] = stdout.toString().trim().split('\n')
    return { status: status || 'absent', log: log.join('\n') }
  },
  sees: (name) => [containers.at(name)],
})

/** Waits until a container's own health check says that it works. */
export const containerHealthy = defineModule({
  name: 'container_healthy',
  args: z.strictObject({ container: z.string() }),
  probe: ({ container }) => ask(health, container),
  plan: ({ container }, { status, log }) => {
    if (status === 'healthy') return { changes: [], because: 'its health check passes' }
    if (status === 'absent')
      throw new UserError('E_NOT_HEALTHY', `there is no container ${container}`, {
        hint: 'Create it before this task: docker(…).',
      })
    return {
      changes: [{ what: `health of the container ${container}`, from: status, to: 'healthy' }],
      because: log === '' ? undefined : `Its log ends with:\n${log}`,
      leaves: [predict(health, container, { status: 'healthy', log: '' })],
    }
  },
  apply: () => [],
  waits: () => ({ timeoutMs: 60_000 }),
  touches: ({ container }) => [containers.at(container)],
})
