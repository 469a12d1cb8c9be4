import { ask, containers, defineModule, paths, readerOfOne, sh, z } from 'run-playbook'
import { SECRETS } from 'run-playbook/cluster'

type Held = 'current' | 'old' | 'unknown'

/**
 * A running container logs in to other nodes with the passwords of the secrets. It reads them when it starts; this has it read
 * them again after they were changed. A server that is connected stays connected.
 */
export const passfile = defineModule({
  name: 'postgres_passfile',
  args: z.strictObject({
    container: z.string().default('postgres'),
    /** Proved by a login there, as a replica. @default it is not proved */
    primary: z.string().optional(),
  }),
  probe: ({ container }) => ask(held, container),
  plan: (_args, found) =>
    found === 'old'
      ? { changes: [{ what: 'passwords', from: 'those before', to: 'those of the secrets' }] }
      : { changes: [], because: found === 'current' ? 'it has them' : 'it reads them when it starts' },
  apply: ({ container, primary }) => [
    { script: sh`docker exec -u root ${container} passfile.sh renew </dev/null` },
    ...(primary === undefined
      ? []
      : [
          {
            script: sh`for i in 1 2 3 4 5; do
  docker exec -u root ${container} passfile.sh prove ${primary} </dev/null && exit 0
  sleep 2
done
exit 1`,
            timeoutMs: 120_000,
          },
        ]),
  ],
  touches: ({ container }) => [containers.at(container)],
})

const held = readerOfOne<Held>({
  name: 'postgres_passfile',
  // A container of an earlier image, and one that does not run, reads them when it is started.
  ask: (
    container,
  ) => sh`if ! docker exec -u root ${container} test -x /usr/local/bin/passfile.sh </dev/null 2>/dev/null; then echo unknown
elif docker exec -u root ${container} passfile.sh current </dev/null 2>/dev/null; then echo current
else echo old; fi`,
  parse: ({ stdout }) => z.enum(['current', 'old', 'unknown']).parse(stdout.toString().trim()),
  sees: (container) => [containers.at(container), paths.below(SECRETS)],
})
